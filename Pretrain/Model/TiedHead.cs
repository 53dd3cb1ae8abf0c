using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// The output layer, tied to the token embedding, with its loss: mean cross-entropy of softmax(x wteᵀ). The logits of a large
/// vocabulary are the largest tensor of a step, so they are made a chunk of rows at a time, in memory that is kept, and turned in place
/// into their own gradient: softmax(logits) - onehot(target).
/// </summary>
internal sealed class TiedHead(Parameter wte) : IDisposable
{
    private const long ChunkElements = 16 << 20;        // 64 MB of logits
    private const long ChunkElementsOnGpu = 256 << 20;  // 1 GB: fewer, larger products
    private Tensor _buffer;

    /// <summary>[N, H] to [N, V].</summary>
    internal Tensor Logits(Tensor x)
    {
        using Tensor transposed = wte.ComputeValue.t(); // [H, V], a view
        if (!wte.IsBFloat16)
        {
            return x.mm(transposed);
        }

        using Tensor logits = x.mm(transposed);
        return logits.to(ScalarType.Float32);
    }

    /// <summary>Whether the CPU's own operator may be used; tests compare both ways.</summary>
    internal bool AllowFused { get; set; } = true;

    /// <summary>The sum of the loss over the counted positions; targets [N], -100 where a position does not count.</summary>
    internal double LossSum(Tensor x, Tensor targets)
    {
        if (IsFused(x))
        {
            return LossFused(x, targets, 0, false, default);
        }

        using Tensor loss = torch.empty([], device: x.Device);
        LossByOperators(x, targets, default, false, default, loss);
        return loss.item();
    }

    /// <summary>The same, with the gradient of x [N, H]; that of wte is written to its place.</summary>
    internal (double Loss, Tensor Dx) LossAndBackward(Tensor x, Tensor targets, double scale, bool accumulate)
    {
        if (IsFused(x))
        {
            Tensor dx = AllocateInputGradient(x);
            return (LossFused(x, targets, scale, accumulate, dx), dx);
        }

        using Tensor factor = torch.full([], scale, device: x.Device), loss = torch.empty([], device: x.Device);
        Tensor gradient = LossAndBackward(x, targets, factor, accumulate, loss);
        return (loss.item(), gradient);
    }

    /// <summary>
    /// The same with nothing asked of the device: the scale is read from a tensor [] and the sum of the loss written to another. Gives the
    /// gradient of x.
    /// </summary>
    internal Tensor LossAndBackward(Tensor x, Tensor targets, Tensor scale, bool accumulate, Tensor loss)
    {
        Tensor dx = AllocateInputGradient(x);
        LossByOperators(x, targets, scale, accumulate, dx, loss);
        return dx;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private bool IsFused(Tensor x) => AllowFused && x.Device.Type == DeviceType.CPU;

    private Tensor AllocateInputGradient(Tensor x) =>
        torch.empty([x.Size(0), x.Size(1)], wte.IsBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, x.Device);

    private double LossFused(Tensor x, Tensor targets, double scale, bool accumulate, Tensor dx)
    {
        double loss = 0;
        for (long first = 0; first < x.Size(0); first += ChunkRows(x))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Part part = ComputeLogits(x, targets, first);
            loss += Functional.CrossEntropyInPlace(part.Logits, part.Targets, scale); // logits become d loss / d logits
            BackwardChunk(part, accumulate || first > 0, dx);
        }

        return loss;
    }

    private void LossByOperators(Tensor x, Tensor targets, Tensor scale, bool accumulate, Tensor dx, Tensor loss)
    {
        loss.zero_();
        for (long first = 0; first < x.Size(0); first += ChunkRows(x))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Part part = ComputeLogits(x, targets, first);
            loss.add_(Functional.CrossEntropyByOperators(part.Logits, part.Targets, scale));
            BackwardChunk(part, accumulate || first > 0, dx);
        }
    }

    private long ChunkRows(Tensor x)
    {
        long elements = x.Device.Type == DeviceType.CPU ? ChunkElements : ChunkElementsOnGpu;
        return Math.Min(x.Size(0), Math.Max(1, elements / wte.Shape[0]));
    }

    /// <summary>The logits of one chunk of rows, in the memory that is kept.</summary>
    private Part ComputeLogits(Tensor x, Tensor targets, long first)
    {
        long chunk = ChunkRows(x), count = Math.Min(chunk, x.Size(0) - first);
        Tensor rows = x.narrow(0, first, count);                                            // [c, H]
        Tensor logits = LogitsBuffer(chunk, wte.Shape[0], x.Device).narrow(0, 0, count);          // [c, V] float32
        ComputeLogits(rows, logits);
        return new Part(first, count, rows, targets.narrow(0, first, count), logits);
    }

    private void BackwardChunk(in Part part, bool accumulate, Tensor dx)
    {
        if (!dx.IsNull)
        {
            Tensor gradient = wte.IsBFloat16 ? part.Logits.to(ScalarType.BFloat16) : part.Logits;
            Ops.MmOut.Run([gradient, wte.ComputeValue, dx.narrow(0, part.First, part.Count)]);       // [c, H]
            Gradients.WriteMatrix(wte.Grad, gradient, part.Rows, accumulate, wte.IsBFloat16);    // [V, H]
        }
    }

    /// <summary>[c, H] to [c, V] float32, in place of what is there. The loss of bfloat16 logits is taken in float32, as Hugging Face does.</summary>
    private void ComputeLogits(Tensor xc, Tensor logits)
    {
        if (wte.IsBFloat16)
        {
            logits.copy_(xc.mm(wte.ComputeValue.t()));
        }
        else
        {
            Ops.MmOut.Run([xc, wte.ComputeValue.t(), logits]);
        }
    }

    private Tensor LogitsBuffer(long rows, long vocabulary, Device device)
    {
        if (_buffer.IsNull || _buffer.Size(0) < rows)
        {
            _buffer.Dispose();
            _buffer = torch.empty([rows, vocabulary], device: device).DetachFromDisposeScope();
        }

        return _buffer;
    }

    /// <summary>A chunk of rows: [c, H], their targets [c], their logits [c, V].</summary>
    private readonly record struct Part(long First, long Count, Tensor Rows, Tensor Targets, Tensor Logits);
}
