using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// The parts of a step as a GPU does them: what the host decides (learning rate, number of the update, limit of the norm, scale of the
/// loss) is written into tensors before, losses and norm are read after, and in between nothing is asked of the device. So the parts can
/// be recorded (<see cref="StepGraphs"/>).
/// </summary>
internal sealed class DeviceStep : IDisposable
{
    private const int Scale = 0, Rate = 1, Update = 2, Limit = 3, Controls = 4;
    private readonly GptNeoForCausalLM _model;
    private readonly AdamW _optimizer;
    private readonly BatchLoader _batches;
    private readonly TrainingOptions _options;
    private readonly StepGraphs? _graphs;
    private readonly Tensor _hostControls;
    private readonly Tensor _controls;
    private readonly Tensor[] _control;
    private readonly Tensor _results;     // [1 + micros]: the norm, then each micro-batch's loss
    private readonly Tensor _norm;
    private readonly Tensor _losses;
    private readonly Tensor _loss;
    private readonly Action _first;
    private readonly Action _further;
    private readonly Action _update;
    private CancellationToken _cancellation;

    internal DeviceStep(GptNeoForCausalLM model, AdamW optimizer, BatchLoader batches, TrainingOptions options, int micros, StepGraphs? graphs)
    {
        (_model, _optimizer, _batches, _options, _graphs) = (model, optimizer, batches, options, graphs);
        bool onCpu = model.Device.Type == DeviceType.CPU;
        _hostControls = (onCpu ? torch.zeros([Controls]) : torch.pinned([Controls], ScalarType.Float32)).DetachFromDisposeScope();
        _controls = torch.zeros([Controls], device: model.Device).DetachFromDisposeScope();
        _control = [.. Enumerable.Range(0, Controls).Select(i => _controls.select(0, i).DetachFromDisposeScope())];
        _results = torch.zeros([1 + micros], device: model.Device).DetachFromDisposeScope();
        _norm = _results.select(0, 0).DetachFromDisposeScope();
        _losses = _results.narrow(0, 1, micros).DetachFromDisposeScope();
        _loss = torch.zeros([], device: model.Device).DetachFromDisposeScope();
        _first = () => ForwardBackward(accumulate: false);
        _further = () => ForwardBackward(accumulate: true);
        _update = () => optimizer.StepOnDevice(_control[Rate], _control[Update], _control[Limit], _losses, _norm);
    }

    /// <summary>Whether the device can judge and update by itself.</summary>
    internal bool Updates => _optimizer.IsOnDevice;

    /// <summary>Gives the device what the next step needs to know.</summary>
    /// <param name="counted">Positions that count in the loss.</param>
    /// <param name="learningRate">For the update.</param>
    /// <param name="limit">The largest gradient norm that is taken.</param>
    internal void Begin(long counted, double learningRate, double limit)
    {
        Span<float> values = _hostControls.AsSpan<float>();
        values[Scale] = (float)(1.0 / counted);
        values[Rate] = (float)learningRate;
        values[Update] = _optimizer.Updates + 1;
        values[Limit] = Representable(limit);
        _controls.copy_(_hostControls, nonBlocking: true);
    }

    /// <summary>Takes another limit; the device must be done with the last.</summary>
    internal void SetLimit(double limit)
    {
        _hostControls.AsSpan<float>()[Limit] = Representable(limit);
        _controls.copy_(_hostControls, nonBlocking: true);
    }

    /// <summary>The limit as the device compares it; an infinite norm is above any.</summary>
    internal static float Representable(double limit) => (float)Math.Min(limit, float.MaxValue);

    /// <summary>One micro-batch, which the loader has laid out.</summary>
    internal void Micro(int micro, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _cancellation = cancellation;
        Do(micro == 0 ? StepPart.FirstMicroBatch : StepPart.NextMicroBatch, _batches.Ids.Numel, micro == 0 ? _first : _further);
        using Tensor place = _losses.select(0, micro);
        place.copy_(_loss);
    }

    /// <summary>The update, where the norm is at most the limit and every loss finite.</summary>
    internal void MakeUpdate() => Do(StepPart.Update, 0, _update);

    /// <summary>Waits for the device: the sum of the loss over all micro-batches, and the norm (of the last update).</summary>
    internal (double Loss, double Norm) Read()
    {
        using Tensor read = _results.to(Device.CPU);
        ReadOnlySpan<float> values = read.AsSpan<float>();
        double sum = 0;
        foreach (float value in values[1..])
        {
            sum += value;
        }

        return (sum, values[0]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graphs?.Dispose();
        foreach (Tensor tensor in (ReadOnlySpan<Tensor>)[.. _control, _hostControls, _controls, _norm, _losses, _results, _loss])
        {
            tensor.Dispose();
        }
    }

    private void ForwardBackward(bool accumulate) => _model.ForwardBackward(
        _batches.Ids, _batches.Targets, _options.BatchSize, _options.BlockSize, _control[Scale], accumulate, _loss, _cancellation);

    private void Do(StepPart kind, long shape, Action work)
    {
        if (_graphs is null)
        {
            work();
        }
        else
        {
            _graphs.Run(kind, shape, work);
        }
    }
}
