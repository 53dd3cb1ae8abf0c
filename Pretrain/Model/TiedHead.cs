using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// The output layer, tied to the token embeddings, with its loss: the cross-entropy of softmax(x wteᵀ). The logits of a large
/// vocabulary are the largest tensor of a step, so they are computed in chunks of rows, in a reused buffer, and replaced in place by
/// their gradient: softmax(logits) - onehot(target).
/// </summary>
/// <param name="wte">The token embeddings [vocabulary, hidden].</param>
/// <remarks>In the shapes below, rows is batch * time, and chunk the rows of one chunk.</remarks>
internal sealed class TiedHead(Parameter wte) : IDisposable
{
    private const long ChunkElements = 16 << 20;        // 64 MB of logits: small beside the weights of any model trained on a CPU
    private const long ChunkElementsOnGpu = 256 << 20;  // 1 GB of logits: fewer, larger products, which keep a GPU busy
    private Tensor _buffer;                             // [chunk, vocabulary] float32

    /// <summary>Whether the native library's operator for CPUs may be used; tests compare both ways.</summary>
    internal bool AllowFused { get; set; } = true;

    /// <summary>x [rows, hidden] to logits [rows, vocabulary] in float32.</summary>
    internal Tensor Logits(Tensor x)
    {
        using Tensor transposed = wte.ComputeValue.t(); // [hidden, vocabulary], a view
        if (!wte.IsBFloat16)
        {
            return x.mm(transposed);                    // [rows, vocabulary]
        }

        using Tensor logits = x.mm(transposed);         // [rows, vocabulary] bfloat16
        return logits.to(ScalarType.Float32);
    }

    /// <summary>
    /// Sum of the loss over the counted positions, for x [rows, hidden] and targets [rows], -100 where one does not count.
    /// </summary>
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

    /// <summary>The same, with the gradient of x [rows, hidden]; the gradient of wte is written to the flat buffer.</summary>
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
    /// The same without reading anything from the device: the scale is read from a tensor [], the sum of the loss is written to another.
    /// Returns the gradient of x.
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
            RowChunk part = ComputeLogits(x, targets, first);
            loss += Functional.CrossEntropyInPlace(part.Logits, part.Targets, scale); // replaces the logits by their gradient
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
            RowChunk part = ComputeLogits(x, targets, first);
            loss.add_(Functional.CrossEntropyByOperators(part.Logits, part.Targets, scale));
            BackwardChunk(part, accumulate || first > 0, dx);
        }
    }

    private long ChunkRows(Tensor x)
    {
        long elements = x.Device.Type == DeviceType.CPU ? ChunkElements : ChunkElementsOnGpu;
        return Math.Min(x.Size(0), Math.Max(1, elements / wte.Shape[0]));
    }

    /// <summary>Computes the logits of the chunk of rows from <paramref name="first"/> on, in the reused buffer.</summary>
    private RowChunk ComputeLogits(Tensor x, Tensor targets, long first)
    {
        long chunk = ChunkRows(x), count = Math.Min(chunk, x.Size(0) - first);
        Tensor rows = x.narrow(0, first, count);                                         // [chunk, hidden]
        Tensor logits = LogitsBuffer(chunk, wte.Shape[0], x.Device).narrow(0, 0, count); // [chunk, vocabulary] float32
        ComputeLogits(rows, logits);
        return new RowChunk(first, count, rows, targets.narrow(0, first, count), logits);
    }

    private void BackwardChunk(in RowChunk part, bool accumulate, Tensor dx)
    {
        if (!dx.IsNull)
        {
            Tensor gradient = wte.IsBFloat16 ? part.Logits.to(ScalarType.BFloat16) : part.Logits;
            Ops.MmOut.Run([gradient, wte.ComputeValue, dx.narrow(0, part.First, part.Count)]); // [chunk, hidden]
            Gradients.WriteMatrix(wte.Grad, gradient, part.Rows, accumulate, wte.IsBFloat16);  // [vocabulary, hidden]
        }
    }

    /// <summary>
    /// Writes the logits [chunk, vocabulary] of rows [chunk, hidden]. The loss of bfloat16 logits is computed in float32, as Hugging Face
    /// does.
    /// </summary>
    private void ComputeLogits(Tensor rows, Tensor logits)
    {
        if (wte.IsBFloat16)
        {
            logits.copy_(rows.mm(wte.ComputeValue.t()));
        }
        else
        {
            Ops.MmOut.Run([rows, wte.ComputeValue.t(), logits]);
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

    /// <summary>A chunk of rows [chunk, hidden], their targets [chunk], their logits [chunk, vocabulary].</summary>
    private readonly record struct RowChunk(long First, long Count, Tensor Rows, Tensor Targets, Tensor Logits);
}
