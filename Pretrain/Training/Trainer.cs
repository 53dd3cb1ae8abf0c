using System.Security.Cryptography;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Trains a GPT-Neo: the loop, and the checkpoints that make it exact to the bit on resume. Step N uses nothing but the state after step
/// N - 1 and the data's answer for N, and operators give the same bytes for the same number of threads; so a run that was killed
/// anywhere goes on from its last checkpoint to the very weights that an uninterrupted run ends with.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly ITrainingData _data;
    private readonly ITrainingLog _log;
    private readonly TimeProvider _clock;
    private readonly AdamW _optimizer;
    private readonly BatchLoader _batches;
    private readonly SpikeDetector _spikes;
    private readonly DataParallel? _peers;
    private readonly DeviceStep? _onDevice; // null where the host decides as a step goes along: on a CPU
    private readonly int _micros; // micro-batches of a step that are this process's
    private CheckpointState _progress;

    /// <summary>A trainer of a new model, its weights drawn from the options' seed.</summary>
    /// <param name="config">The model.</param>
    /// <param name="options">How it is trained; where there is a group, as <see cref="TrainingOptions.SplitAcross"/> shares it out.</param>
    /// <param name="data">The batches, laid out for those options.</param>
    /// <param name="log">Is told what happens.</param>
    /// <param name="clock">For speeds only.</param>
    /// <param name="group">The processes that train together; null where this one trains alone. It stays the caller's.</param>
    /// <exception cref="TrainingException">The options, the model and the data do not fit together; every fault is named.</exception>
    public Trainer(GptNeoConfig config, TrainingOptions options, ITrainingData data, ITrainingLog log, TimeProvider? clock = null, IProcessGroup? group = null)
        : this(config, options, data, log, clock, group, null)
    {
    }

    /// <summary>The same, its steps made in another way than the device would have them.</summary>
    internal Trainer(
        GptNeoConfig config, TrainingOptions options, ITrainingData data, ITrainingLog log, TimeProvider? clock, IProcessGroup? group, Way? way)
    {
        Check(config, options, group?.WorldSize ?? 1);
        MemoryEstimate.CheckFits(config, options);
        _options = options;
        _data = data;
        _log = log;
        _clock = clock ?? TimeProvider.System;
        Device device = Device.Parse(options.Device);
        Model = new GptNeoForCausalLM(config, device, bfloat16: options.UsesBFloat16);
        Model.Initialize(options.Seed);
        _optimizer = new AdamW(Model.Parameters, options);
        _peers = group is null ? null : new DataParallel(group, Model);
        _micros = options.AccumulationSteps / (group?.WorldSize ?? 1);
        way ??= Way.Of(options, device, alone: group is null);
        if (device.Type == DeviceType.CUDA && !CudaGraphs.IsAvailable)
        {
            log.Warning("the native library was compiled without CUDA's headers: no CUDA graphs, and batches are copied within the step");
        }

        _batches = new BatchLoader(data, config, options, device, (group?.Rank ?? 0) * _micros, _micros, way.Ahead);
        Model.SelectOperators(options.Gpu.FlashAttention, ownOperators: !way.OnDevice || device.Type == DeviceType.CUDA);
        _onDevice = way.OnDevice
            ? new DeviceStep(Model, _optimizer, _batches, options, _micros, way.Recorder is null ? null : new StepGraphs(way.Recorder, log.Warning))
            : null;
        _spikes = new SpikeDetector(options.SpikeFactor, options.WarmupSteps);
        _progress = new CheckpointState
        {
            Step = 0, Updates = 0, Model = config.Fingerprint(), Options = options.Fingerprint(), Data = data.Fingerprint,
            Start = $"seed {options.Seed}",
        };
    }

    /// <summary>The model, with the weights after the last step made.</summary>
    public GptNeoForCausalLM Model { get; }

    /// <summary>Steps made.</summary>
    public long Step => _progress.Step;

    /// <summary>Called after each new best was saved, with its weights in <see cref="Model"/>; in rank 0 only.</summary>
    public Action<Trainer>? BestReached { get; set; }

    /// <summary>Lowest validation loss so far, in nats; null before the first evaluation.</summary>
    public double? BestLoss => _progress.BestLoss;

    /// <summary>Steps made when <see cref="BestLoss"/> was reached.</summary>
    public long BestStep => _progress.BestStep;

    /// <summary>Validation loss of the last evaluation, in nats; null before the first.</summary>
    public double? LastLoss => _progress.EvaluatedLoss;

    /// <summary>Starts from other weights of the same shape (fine-tuning, staged training) instead of drawn ones; before <see cref="Run"/>.</summary>
    public void LoadWeights(string safetensors)
    {
        GptNeoWeights.Load(Model, safetensors);
        using FileStream file = File.OpenRead(safetensors);
        _progress.Start = "weights " + Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>
    /// Trains to the end, from the newest sound checkpoint in the folder where there is one. Call it on a thread of its own: it blocks.
    /// </summary>
    /// <param name="checkpointFolder">Where checkpoints are and go.</param>
    /// <param name="cancellation">Ends the run, even within a step; the steps made so far are then saved.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled, and can be resumed.</exception>
    /// <exception cref="TrainingException">A checkpoint is of another run, or training diverged.</exception>
    public void Run(string checkpointFolder, CancellationToken cancellation)
    {
        int threads = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
        torch.set_num_threads(threads);
        torch.KeepFreedMemory();
        CheckpointStore store = new(checkpointFolder);
        _peers?.RequireSameRun($"{_progress.Model}; {_progress.Options}; {_progress.Data}; {_progress.Start}");
        Resume(store);
        double peak = _options.PeakTeraflops > 0 ? _options.PeakTeraflops * 1e12 : DeviceSpeed.MeasurePeak(Model.Device, _clock, _options.UsesBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        peak *= _peers?.WorldSize ?? 1;
        using SpeedMeter speed = new(Model.Config, _options, _clock, peak, _progress.Step);
        _log.RunStarted(new TrainingStarted(
            _progress.Step, _options.Steps, Model.Config.ParameterCount, _options.TokensPerStep, speed.FlopsPerToken, peak, Model.Device.ToString(), threads,
            torch.Version));
        try
        {
            bool more = true;
            while (more)
            {
                more = _progress.Step < _options.Steps && !StopsEarly();
                ThrowWhereOneIsStopped(cancellation);
                bool best = IsEvaluationDue(last: !more) && Evaluate(cancellation);
                more = more && !StopsEarly();
                if (best || !more || (_progress.Step > 0 && _progress.Step % _options.CheckpointEvery == 0))
                {
                    Save(store, best ? "best" : more ? "interval" : "end");
                }

                if (best && _peers is not { Rank: > 0 })
                {
                    BestReached?.Invoke(this);
                }

                if (more)
                {
                    MakeStep(speed, cancellation);
                }
            }

            Model.RefreshComputeValues();
        }
        catch (OperationCanceledException)
        {
            Save(store, "cancelled");
            throw;
        }
        catch (PeerLostException)
        {
            Save(store, "another process is gone"); // a step either was made by all or changed nothing here
            throw;
        }
    }

    /// <summary>Mean loss over the held-out batches with the present weights, in nats; NaN where there are none.</summary>
    public double Validate(CancellationToken cancellation) => Validate(cancellation, out _);

    /// <summary>
    /// Writes a folder that <c>GPTNeoForCausalLM.from_pretrained</c> loads: the weights of the best checkpoint in the folder, or the
    /// present ones where there is none. It appears whole or not at all; the tokenizer's files are the caller's.
    /// </summary>
    public void Export(string checkpointFolder, string exportFolder)
    {
        CheckpointStore store = new(checkpointFolder);
        if (_progress.BestLoss is not null && _progress.BestStep != _progress.Step && store.Steps().Contains(_progress.BestStep))
        {
            using GptNeoForCausalLM best = new(Model.Config, Model.Device, forTraining: false);
            store.LoadWeights(_progress.BestStep, best);
            HuggingFaceFolder.Publish(best, exportFolder);
        }
        else
        {
            HuggingFaceFolder.Publish(Model, exportFolder);
        }
    }

    /// <summary>Releases the model and the optimizer.</summary>
    public void Dispose()
    {
        _onDevice?.Dispose();
        _batches.Dispose();
        _peers?.Dispose();
        _optimizer.Dispose();
        Model.Dispose();
    }

    private bool IsEvaluationDue(bool last) =>
        _progress.EvaluatedStep != _progress.Step &&
        (last || (_options.EvaluateEvery > 0 && _progress.Step > 0 && _progress.Step % _options.EvaluateEvery == 0));

    private bool StopsEarly() => _options.EarlyStopEvaluations > 0 && _progress.EvaluationsSinceBest >= _options.EarlyStopEvaluations;

    private static void Check(GptNeoConfig config, TrainingOptions options, int processes)
    {
        List<string> faults = [.. options.Faults()];
        if (options.AccumulationSteps % processes != 0)
        {
            faults.Add($"AccumulationSteps is {options.AccumulationSteps}, which {processes} processes cannot share");
        }

        try
        {
            config.Validate();
        }
        catch (InvalidDataException e)
        {
            faults.Add(e.Message);
        }

        if (options.BlockSize > config.MaxPositionEmbeddings)
        {
            faults.Add($"BlockSize is {options.BlockSize} where the model knows {config.MaxPositionEmbeddings} positions");
        }

        if (options.Device.StartsWith("cuda", StringComparison.Ordinal) && !torch.CudaAvailable)
        {
            faults.Add($"device {options.Device} was asked for, but this machine or its libtorch has no CUDA; use cpu");
        }

        if (faults.Count > 0)
        {
            throw new TrainingException(string.Join("; ", faults));
        }
    }
}
