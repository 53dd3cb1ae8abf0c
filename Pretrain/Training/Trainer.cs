using System.Security.Cryptography;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.TorchSharp;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Trains a GPT-Neo. Resume is exact to the bit: step N uses nothing but the state after step N - 1 and the data of step N, and operators
/// give the same bytes for the same number of threads. So a run that was killed at any point continues from its last checkpoint to the
/// same final weights as an uninterrupted run.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly ITrainingData _data;
    private readonly ITrainingLog _log;
    private readonly TimeProvider _clock;
    private readonly ProcessPeers _peers;
    private readonly SpikeDetector _spikes;
    private readonly ITrainingStepRunner _runner;
    private CheckpointState _state;

    /// <summary>A trainer of a new model, its weights drawn from the options' seed.</summary>
    /// <param name="config">The model.</param>
    /// <param name="options">How it is trained; where there is a group, as <see cref="TrainingOptions.SplitAcross"/> divides it.</param>
    /// <param name="data">The batches, laid out for those options.</param>
    /// <param name="log">Receives steps, evaluations and checkpoints.</param>
    /// <param name="clock">For speeds only.</param>
    /// <param name="group">The processes that train together; null if this one trains alone. It stays the caller's.</param>
    /// <exception cref="TrainingException">The options, the model and the data do not fit together; every fault is named.</exception>
    public Trainer(
        GptNeoConfig config, TrainingOptions options, ITrainingData data, ITrainingLog log, TimeProvider? clock = null,
        IProcessGroup? group = null)
        : this(config, options, data, log, clock, group, null)
    {
    }

    /// <summary>The same with another execution of steps than the one that fits the device.</summary>
    internal Trainer(
        GptNeoConfig config, TrainingOptions options, ITrainingData data, ITrainingLog log, TimeProvider? clock, IProcessGroup? group,
        StepExecution? execution)
    {
        TrainingChecks.Require(config, options, group?.WorldSize ?? 1);
        MemoryEstimate.CheckFits(config, options);
        _options = options;
        _data = data;
        _log = log;
        _clock = clock ?? TimeProvider.System;
        Device device = Device.Parse(options.Device);
        _peers = new ProcessPeers(group, device);
        _spikes = new SpikeDetector(options.SpikeFactor, options.WarmupSteps);
        _runner = options.Engine == TrainingEngine.TorchSharp
            ? new TorchSharpStepRunner(config, options, data, _spikes)
            : NativeStepRunner.Create(
                config, options, data, log, _peers, _spikes, execution ?? StepExecution.For(options, device, _peers.WorldSize));
        _state = new CheckpointState
        {
            Step = 0,
            Updates = 0,
            Model = config.Fingerprint(),
            Options = options.Fingerprint(),
            Data = data.Fingerprint,
            Start = $"seed {options.Seed}",
            Engine = options.Engine,
            Precision = options.Precision,
        };
    }

    /// <summary>The model, with the weights after the last completed step.</summary>
    public ILanguageModel Model => _runner.Model;

    /// <summary>Steps completed.</summary>
    public long Step => _state.Step;

    /// <summary>Called after each new best was saved, with its weights in <see cref="Model"/>; in rank 0 only.</summary>
    public Action<Trainer>? BestReached { get; set; }

    /// <summary>Lowest validation loss so far, in nats per token; null before the first evaluation.</summary>
    public double? BestLoss => _state.BestLoss;

    /// <summary>Steps completed when <see cref="BestLoss"/> was reached.</summary>
    public long BestStep => _state.BestStep;

    /// <summary>
    /// Starts from other weights of the same shape (fine-tuning, staged training) instead of random ones; before <see cref="Run"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged or contains another model.</exception>
    public void LoadWeights(string safetensors)
    {
        _runner.LoadWeights(safetensors);
        using FileStream file = File.OpenRead(safetensors);
        _state.Start = "weights " + Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>
    /// Trains to the end, from the newest valid checkpoint in the folder if there is one. It blocks: call it on its own thread.
    /// </summary>
    /// <param name="checkpointFolder">Where checkpoints are read and written.</param>
    /// <param name="cancellation">Stops the run, even within a step; the steps completed are then saved.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled, and can be resumed.</exception>
    /// <exception cref="TrainingException">A checkpoint is of another run, or training diverged.</exception>
    public void Run(string checkpointFolder, CancellationToken cancellation)
    {
        Checkpointer checkpoints = new(new CheckpointStore(checkpointFolder), _runner, _peers, _log, _options.CheckpointsKept);
        using SpeedMeter speed = Begin(checkpoints);
        try
        {
            while (true)
            {
                bool isLast = _state.Step >= _options.Steps || StopsEarly();
                _peers.ThrowIfAnyIsCancelled(cancellation);
                bool isBest = IsEvaluationDue(isLast) && Evaluate(cancellation);
                isLast |= StopsEarly();
                if (isBest || isLast || IsCheckpointDue())
                {
                    checkpoints.Save(_state, isBest ? "best" : isLast ? "end" : "interval");
                }

                if (isBest && _peers.IsRankZero)
                {
                    BestReached?.Invoke(this);
                }

                if (isLast)
                {
                    break;
                }

                TrainStep(speed, cancellation);
            }

            _runner.SyncModel();
        }
        catch (OperationCanceledException)
        {
            checkpoints.Save(_state, "cancelled");
            throw;
        }
        catch (PeerLostException)
        {
            checkpoints.Save(_state, "another process is gone"); // a step was either completed by all or changed nothing here
            throw;
        }
    }

    /// <summary>Mean loss over the held-out batches with the current weights, in nats per token; NaN where there are none.</summary>
    public double Validate(CancellationToken cancellation) => _runner.Evaluate(_data, cancellation).Loss;

    /// <summary>
    /// The sum of the loss over other held-out batches of the same shape with the current weights, in nats; 0 if there are none.
    /// </summary>
    public double LossSum(ITrainingData heldOut, CancellationToken cancellation)
    {
        (double loss, long tokens) = heldOut.ValidationBatches > 0 ? _runner.Evaluate(heldOut, cancellation) : (0, 0);
        return loss * tokens;
    }

    /// <summary>
    /// After <see cref="Run"/>, in every process: makes the best checkpoint's weights in the folder the model's, if the last ones are
    /// worse.
    /// </summary>
    public void UseBest(string checkpointFolder)
    {
        if (BestLoss is null || BestStep == Step)
        {
            return;
        }

        CheckpointStore store = new(checkpointFolder);
        if (_peers.IsRankZero && store.Steps().Contains(BestStep))
        {
            store.Verify(BestStep);
            store.Load(BestStep, _runner.LoadTensors);
        }

        if (_peers.WorldSize > 1)
        {
            _runner.BroadcastTensors();
        }

        _runner.SyncModel();
    }

    /// <summary>
    /// Writes a folder that <c>GPTNeoForCausalLM.from_pretrained</c> loads: the weights of the best checkpoint in the folder, or the
    /// current ones if there is none. The folder appears complete or not at all; the tokenizer's files are the caller's.
    /// </summary>
    public void Export(string checkpointFolder, string exportFolder)
    {
        UseBest(checkpointFolder);
        HuggingFaceFolder.Publish(Model.Config, Model.Weights, exportFolder);
    }

    /// <summary>Releases the model and the optimizer.</summary>
    public void Dispose()
    {
        _runner.Dispose();
        _peers.Dispose();
    }

    /// <summary>Prepares the process, resumes, and logs what the run consists of.</summary>
    private SpeedMeter Begin(Checkpointer checkpoints)
    {
        int threads = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
        _runner.Prepare(threads);
        _peers.RequireSameRun($"{_state.Model}; {_state.Options}; {_state.Data}; {_state.Start}");
        _state = checkpoints.Resume(_state);
        _runner.Updates = _state.Updates;
        _spikes.LoadFrom(_state);

        double peakFlops = _peers.WorldSize * (_options.PeakTeraflops > 0
            ? _options.PeakTeraflops * 1e12
            : _runner.MeasurePeak(_clock));
        SpeedMeter speed = new(Model.Config, _options, _clock, peakFlops, _state.Step);
        _log.RunStarted(new TrainingStarted(
            _state.Step, _options.Steps, Model.Config.ParameterCount, _options.TokensPerStep, speed.FlopsPerToken, peakFlops,
            Device.Parse(_options.Device).ToString(), threads, _options.Precision, _runner.Libtorch));
        return speed;
    }

    /// <summary>Runs one step and logs it.</summary>
    private void TrainStep(SpeedMeter speed, CancellationToken cancellation)
    {
        speed.BeginStep();
        long step = _state.Step;
        double learningRate = LearningRateSchedule.At(step, _options);
        StepResult result = _runner.RunStep(step, learningRate, cancellation);
        _state.Step = step + 1;
        _state.Updates = _runner.Updates;
        _spikes.SaveTo(_state);
        if (result.SkipReason is null)
        {
            _log.StepCompleted(speed.EndStep(step, result.Loss, learningRate, result.GradientNorm));
            return;
        }

        _log.StepSkipped(new TrainingStepSkipped(step, result.Loss, result.GradientNorm, result.SkipReason));
        if (_spikes.SkippedInARow >= _options.MaxSkippedInARow)
        {
            throw new TrainingException(
                $"{_spikes.SkippedInARow} steps in a row were skipped, the last because {result.SkipReason}; try a lower learning rate");
        }
    }

    /// <summary>Evaluates on the held-out batches.</summary>
    /// <returns>Whether the loss is the lowest so far.</returns>
    private bool Evaluate(CancellationToken cancellation)
    {
        if (_data.ValidationBatches == 0)
        {
            return false;
        }

        (double loss, long tokens) = _runner.Evaluate(_data, cancellation);
        bool isBest = _state.RecordEvaluation(loss);
        _log.EvaluationCompleted(new TrainingEvaluation(_state.Step, loss, tokens, isBest));
        return isBest;
    }

    private bool IsEvaluationDue(bool isLast) => _state.EvaluatedStep != _state.Step && (isLast || IsMultiple(_options.EvaluateEvery));

    private bool IsCheckpointDue() => IsMultiple(_options.CheckpointEvery);

    private bool IsMultiple(long interval) => interval > 0 && _state.Step > 0 && _state.Step % interval == 0;

    private bool StopsEarly() => _options.EarlyStopEvaluations > 0 && _state.EvaluationsSinceBest >= _options.EarlyStopEvaluations;
}
