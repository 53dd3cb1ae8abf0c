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
    private readonly GptNeoForCausalLM model;
    private readonly AdamW optimizer;
    private readonly BatchLoader batches;
    private readonly TrainingOptions options;
    private readonly StepGraphs? graphs;
    private readonly Tensor hostControls;
    private readonly Tensor controls;
    private readonly Tensor[] control;
    private readonly Tensor results;     // [1 + micros]: the norm, then each micro-batch's loss
    private readonly Tensor norm;
    private readonly Tensor losses;
    private readonly Tensor loss;
    private readonly Action first;
    private readonly Action further;
    private readonly Action update;
    private CancellationToken cancellation;

    internal DeviceStep(GptNeoForCausalLM model, AdamW optimizer, BatchLoader batches, TrainingOptions options, int micros, StepGraphs? graphs)
    {
        (this.model, this.optimizer, this.batches, this.options, this.graphs) = (model, optimizer, batches, options, graphs);
        bool onCpu = model.Device.Type == DeviceType.CPU;
        hostControls = (onCpu ? torch.zeros([Controls]) : torch.pinned([Controls], ScalarType.Float32)).DetachFromDisposeScope();
        controls = torch.zeros([Controls], device: model.Device).DetachFromDisposeScope();
        control = [.. Enumerable.Range(0, Controls).Select(i => controls.select(0, i).DetachFromDisposeScope())];
        results = torch.zeros([1 + micros], device: model.Device).DetachFromDisposeScope();
        norm = results.select(0, 0).DetachFromDisposeScope();
        losses = results.narrow(0, 1, micros).DetachFromDisposeScope();
        loss = torch.zeros([], device: model.Device).DetachFromDisposeScope();
        first = () => ForwardBackward(accumulate: false);
        further = () => ForwardBackward(accumulate: true);
        update = () => optimizer.StepOnDevice(control[Rate], control[Update], control[Limit], losses, norm);
    }

    /// <summary>Whether the device can judge and update by itself.</summary>
    internal bool Updates => optimizer.IsOnDevice;

    /// <summary>Gives the device what the next step needs to know.</summary>
    /// <param name="counted">Positions that count in the loss.</param>
    /// <param name="learningRate">For the update.</param>
    /// <param name="limit">The largest gradient norm that is taken.</param>
    internal void Begin(long counted, double learningRate, double limit)
    {
        Span<float> values = hostControls.AsSpan<float>();
        values[Scale] = (float)(1.0 / counted);
        values[Rate] = (float)learningRate;
        values[Update] = optimizer.Updates + 1;
        values[Limit] = Representable(limit);
        controls.copy_(hostControls, nonBlocking: true);
    }

    /// <summary>Takes another limit; the device must be done with the last.</summary>
    internal void SetLimit(double limit)
    {
        hostControls.AsSpan<float>()[Limit] = Representable(limit);
        controls.copy_(hostControls, nonBlocking: true);
    }

    /// <summary>The limit as the device compares it; an infinite norm is above any.</summary>
    internal static float Representable(double limit) => (float)Math.Min(limit, float.MaxValue);

    /// <summary>One micro-batch, which the loader has laid out.</summary>
    internal void Micro(int micro, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        this.cancellation = cancellation;
        Do(micro == 0 ? StepWork.First : StepWork.Further, batches.Ids.Numel, micro == 0 ? first : further);
        using Tensor place = losses.select(0, micro);
        place.copy_(loss);
    }

    /// <summary>The update, where the norm is at most the limit and every loss finite.</summary>
    internal void MakeUpdate() => Do(StepWork.Update, 0, update);

    /// <summary>Waits for the device: the sum of the loss over all micro-batches, and the norm (of the last update).</summary>
    internal (double Loss, double Norm) Read()
    {
        using Tensor read = results.to(Device.CPU);
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
        graphs?.Dispose();
        foreach (Tensor tensor in (ReadOnlySpan<Tensor>)[.. control, hostControls, controls, norm, losses, results, loss])
        {
            tensor.Dispose();
        }
    }

    private void ForwardBackward(bool accumulate) => model.ForwardBackward(
        batches.Ids, batches.Targets, options.BatchSize, options.BlockSize, control[Scale], accumulate, loss, cancellation);

    private void Do(StepWork kind, long shape, Action work)
    {
        if (graphs is null)
        {
            work();
        }
        else
        {
            graphs.Do(kind, shape, work);
        }
    }
}
