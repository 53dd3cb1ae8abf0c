using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Steps that do not wait for the device: what the host decides (learning rate, update number, norm limit, loss scale) is written into
/// tensors before, the losses and the norm are read after. The device itself clips, and skips the update where the norm is above the limit
/// or a loss is not finite; afterwards the host comes to the same decision, for the log and the running mean. Because nothing is read in
/// between, the parts of a step can be captured as CUDA graphs (<see cref="StepGraphs"/>).
/// </summary>
internal sealed class DeviceStepRunner : NativeStepRunner
{
    // Positions in the control tensor.
    private const int LossScale = 0, LearningRate = 1, UpdateNumber = 2, NormLimit = 3, ControlCount = 4;

    private readonly StepGraphs? _graphs;
    private readonly Tensor _hostControls; // [ControlCount] float32, pinned
    private readonly Tensor _controls;     // [ControlCount] float32, on the device
    private readonly Tensor[] _control;    // [] each: views of _controls
    private readonly Tensor _results;      // [1 + MicroBatches] float32: the norm, then the loss of each micro-batch
    private readonly Tensor _norm;         // []: view of _results
    private readonly Tensor _losses;       // [MicroBatches]: view of _results
    private readonly Tensor _loss;         // []: the loss of the micro-batch that runs
    private readonly Action _firstMicroBatch; // kept, so that a step allocates no delegate
    private readonly Action _nextMicroBatch;
    private readonly Action _update;
    private CancellationToken _cancellation;

    internal DeviceStepRunner(
        GptNeoForCausalLM model, TrainingOptions options, ITrainingData data, ProcessPeers peers, SpikeDetector spikes, bool prefetch,
        StepGraphs? graphs)
        : base(model, options, data, peers, spikes, prefetch)
    {
        _graphs = graphs;
        bool onCpu = model.Device.Type == DeviceType.CPU;
        _hostControls = (onCpu ? torch.zeros([ControlCount]) : torch.pinned([ControlCount], ScalarType.Float32)).DetachFromDisposeScope();
        _controls = torch.zeros([ControlCount], device: model.Device).DetachFromDisposeScope();
        _control = [.. Enumerable.Range(0, ControlCount).Select(i => _controls.select(0, i).DetachFromDisposeScope())];
        _results = torch.zeros([1 + MicroBatches], device: model.Device).DetachFromDisposeScope();
        _norm = _results.select(0, 0).DetachFromDisposeScope();
        _losses = _results.narrow(0, 1, MicroBatches).DetachFromDisposeScope();
        _loss = torch.zeros([], device: model.Device).DetachFromDisposeScope();
        _firstMicroBatch = () => ForwardBackward(accumulate: false);
        _nextMicroBatch = () => ForwardBackward(accumulate: true);
        _update = () => Optimizer.StepOnDevice(_control[LearningRate], _control[UpdateNumber], _control[NormLimit], _losses, _norm);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _graphs?.Dispose();
        foreach (Tensor tensor in (ReadOnlySpan<Tensor>)[.. _control, _hostControls, _controls, _norm, _losses, _results, _loss])
        {
            tensor.Dispose();
        }

        base.Dispose();
    }

    /// <inheritdoc/>
    protected override StepResult RunStep(long step, double learningRate, long countedTokens, CancellationToken cancellation)
    {
        double limit = Representable(Spikes.NormLimit(step));
        WriteControls(countedTokens, learningRate, limit);
        RunMicroBatches(cancellation);

        bool updatesOnDevice = Optimizer.IsOnDevice;
        double lossSum = 0;
        if (!updatesOnDevice || Peers.WorldSize > 1)
        {
            FinishGradientAllReduce();
            lossSum = Peers.AllReduce(ReadResults().LossSum);
        }

        if (!updatesOnDevice)
        {
            return UpdateOnHost(step, lossSum / countedTokens, learningRate);
        }

        if (!double.IsFinite(lossSum))
        {
            limit = -1; // the loss of another process is not finite: no norm is accepted here either
            WriteNormLimit(limit);
        }

        RunPart(StepPart.Update, 0, _update);
        (double ownLossSum, double norm) = ReadResults();
        lossSum = Peers.WorldSize > 1 ? lossSum : ownLossSum;
        string? skipReason = Spikes.Check(lossSum, norm, limit);
        Optimizer.Updates += skipReason is null ? 1 : 0;
        return new StepResult(lossSum / countedTokens, norm, skipReason);
    }

    /// <inheritdoc/>
    protected override void ForwardBackward(int microBatch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _cancellation = cancellation;
        RunPart(
            microBatch == 0 ? StepPart.FirstMicroBatch : StepPart.NextMicroBatch, Batches.Ids.Numel,
            microBatch == 0 ? _firstMicroBatch : _nextMicroBatch);
        using Tensor target = _losses.select(0, microBatch); // []
        target.copy_(_loss);
    }

    /// <summary>The limit as the device compares it: a float32. An infinite norm is above any.</summary>
    private static float Representable(double limit) => (float)Math.Min(limit, float.MaxValue);

    private void WriteControls(long countedTokens, double learningRate, double limit)
    {
        Span<float> values = _hostControls.AsSpan<float>();
        values[LossScale] = (float)(1.0 / countedTokens);
        values[LearningRate] = (float)learningRate;
        values[UpdateNumber] = Optimizer.Updates + 1;
        WriteNormLimit(limit);
    }

    /// <summary>Writes all controls with this limit; the device must be done with the controls before.</summary>
    private void WriteNormLimit(double limit)
    {
        _hostControls.AsSpan<float>()[NormLimit] = Representable(limit);
        _controls.copy_(_hostControls, nonBlocking: true);
    }

    private void ForwardBackward(bool accumulate) => Model.ForwardBackward(
        Batches.Ids, Batches.Targets, Options.BatchSize, Options.BlockSize, _control[LossScale], accumulate, _loss, _cancellation);

    /// <summary>Waits for the device: the sum of the loss over this process's micro-batches, and the norm of the last update.</summary>
    private (double LossSum, double Norm) ReadResults()
    {
        using Tensor results = _results.to(Device.CPU); // [1 + MicroBatches]
        ReadOnlySpan<float> values = results.AsSpan<float>();
        double sum = 0;
        foreach (float value in values[1..])
        {
            sum += value;
        }

        return (sum, values[0]);
    }

    private void RunPart(StepPart part, long shape, Action work)
    {
        if (_graphs is null)
        {
            work();
        }
        else
        {
            _graphs.Run(part, shape, work);
        }
    }
}
