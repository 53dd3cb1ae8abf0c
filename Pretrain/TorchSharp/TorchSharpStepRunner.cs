using System.Runtime.InteropServices;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using static TorchSharp.torch;
using DisposeScope = TorchSharp.DisposeScope;
using SafeTensors = DataForge.Pretrain.Model.SafeTensors;
using Tensor = TorchSharp.torch.Tensor;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>The engine over TorchSharp: one process, on a CPU, in float32.</summary>
internal sealed class TorchSharpStepRunner : ITrainingStepRunner
{
    private readonly TrainingOptions _options;
    private readonly SpikeDetector _spikes;
    private readonly TorchSharpModel _model;
    private readonly AdamW _optimizer; // holds the moments of what Muon updates too
    private readonly Muon? _muon;
    private readonly BatchReader _reader;
    private readonly Tensor _ids;     // [batch, time] int64
    private readonly Tensor _targets; // [batch, time] int64

    /// <summary>Draws the weights and allocates the optimizer and the batch buffers.</summary>
    internal TorchSharpStepRunner(GptNeoConfig config, TrainingOptions options, ITrainingData data, SpikeDetector spikes)
    {
        _options = options;
        _spikes = spikes;
        _model = new TorchSharpModel(config);
        _model.Initialize(options.Seed, options.Initialization);
        _optimizer = new AdamW(_model.Parameters, options, _model.Sharing);
        _muon = options.Optimizer == OptimizerKind.Muon ? new Muon(_optimizer.Slots.Where(slot => slot.ByMuon), options) : null;
        _reader = new BatchReader(data, config, options, 0, options.AccumulationSteps);
        _ids = zeros([options.BatchSize, options.BlockSize], int64).DetachFromDisposeScope();
        _targets = zeros([options.BatchSize, options.BlockSize], int64).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public long Updates
    {
        get => _optimizer.Updates;
        set => _optimizer.Updates = value;
    }

    /// <inheritdoc/>
    public ILanguageModel Model => _model;

    /// <inheritdoc/>
    public string Libtorch => $"{NativePackage.Libtorch.Version} through TorchSharp {NativePackage.TorchSharp.Version}";

    /// <inheritdoc/>
    public void Prepare(int threads)
    {
        set_num_threads(threads);
        _model.Sharing.Threads = threads;
        TorchSharpLibrary.KeepFreedMemory();
    }

    /// <inheritdoc/>
    public double MeasurePeak(TimeProvider clock)
    {
        const long Size = 1024;
        using DisposeScope scope = NewDisposeScope();
        Tensor a = full([Size, Size], 0.5f), result = empty(Size, Size);
        double best = 0;
        for (int i = 0; i < 5; i++)
        {
            long start = clock.GetTimestamp();
            result.addmm_(a, a, 0, 1);
            best = Math.Max(best, 2.0 * Size * Size * Size / Math.Max(1e-9, clock.GetElapsedTime(start).TotalSeconds));
        }

        return best;
    }

    /// <inheritdoc/>
    public StepResult RunStep(long step, double learningRate, CancellationToken cancellation)
    {
        long countedTokens = _reader.ReadStep(step);
        double loss = 0;
        for (int i = 0; i < _options.AccumulationSteps && countedTokens > 0; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            LoadBatch(i);
            loss += Guarded(() => _model.ForwardBackward(_ids, _targets, 1.0 / countedTokens, accumulate: i > 0, cancellation));
        }

        loss /= countedTokens; // NaN where no token counts: the step is then skipped
        double norm = countedTokens > 0 ? _optimizer.GradientNorm() : 0;
        string? skipReason = _spikes.Check(step, countedTokens > 0 ? loss : double.NaN, norm);
        if (skipReason is null)
        {
            double scale = _optimizer.ClipFactor(norm);
            _optimizer.Step(learningRate, scale);
            _muon?.Step(learningRate * _options.MuonLearningRate / _options.LearningRate, scale);
        }

        return new StepResult(loss, norm, skipReason);
    }

    /// <inheritdoc/>
    public (double Loss, long Tokens) Evaluate(ITrainingData data, CancellationToken cancellation)
    {
        double lossSum = 0;
        long tokens = 0;
        for (int i = 0; i < data.ValidationBatches; i++)
        {
            tokens += _reader.ReadValidation(data, i);
            LoadBatch(0);
            lossSum += Guarded(() => _model.LossSum(_ids, _targets, cancellation));
        }

        return (lossSum / tokens, tokens);
    }

    /// <inheritdoc/>
    public void SyncModel()
    {
        // The model computes with the trained weights themselves.
    }

    /// <inheritdoc/>
    public void LoadWeights(string path) => _model.Load(path);

    /// <inheritdoc/>
    public void SaveTensors(Stream target) => SafeTensorsWriter.Write(
        target, _optimizer.Slots.SelectMany(slot => slot.State).Select(state => TensorMemory.Named(state.Name, state.Values)));

    /// <inheritdoc/>
    public void LoadTensors(SafeTensors file)
    {
        foreach ((string name, Tensor values) in _optimizer.Slots.SelectMany(slot => slot.State))
        {
            GptNeoWeights.Read(file, name, values.shape, TensorMemory.Receiver(values));
        }
    }

    /// <inheritdoc/>
    public void BroadcastTensors()
    {
        // One process trains.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ids.Dispose();
        _targets.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
    }

    private void LoadBatch(int microBatch) => _reader.Write(microBatch, TensorMemory.Int64s(_ids), TensorMemory.Int64s(_targets));

    /// <summary>libtorch's errors come as <see cref="ExternalException"/>, with a C++ stack below the message.</summary>
    private double Guarded(Func<double> compute)
    {
        try
        {
            return compute();
        }
        catch (ExternalException e)
        {
            TorchException error = new(e.Message.Split('\n')[0], e);
            throw MemoryEstimate.IsOutOfMemory(error)
                ? MemoryEstimate.OutOfMemory(_options.BatchSize, error)
                : error;
        }
    }
}
