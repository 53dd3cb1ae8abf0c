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
    private Tensor buffer;

    /// <summary>[N, H] to [N, V].</summary>
    internal Tensor Logits(Tensor x)
    {
        using Tensor transposed = wte.Work.t(); // [H, V], a view
        if (!wte.IsNarrow)
        {
            return x.mm(transposed);
        }

        using Tensor logits = x.mm(transposed);
        return logits.to(ScalarType.Float32);
    }

    /// <summary>The sum of the loss over the counted positions; targets [N], -100 where a position does not count.</summary>
    internal double LossSum(Tensor x, Tensor targets) => Chunks(x, targets, 0, false, default);

    /// <summary>The same, with the gradient of x [N, H]; that of wte is written to its place.</summary>
    internal (double Loss, Tensor Dx) LossAndBackward(Tensor x, Tensor targets, double scale, bool accumulate)
    {
        Tensor dx = torch.empty([x.Size(0), x.Size(1)], wte.IsNarrow ? ScalarType.BFloat16 : ScalarType.Float32, x.Device);
        return (Chunks(x, targets, scale, accumulate, dx), dx);
    }

    /// <inheritdoc/>
    public void Dispose() => buffer.Dispose();

    private double Chunks(Tensor x, Tensor targets, double scale, bool accumulate, Tensor dx)
    {
        long rows = x.Size(0), vocabulary = wte.Shape[0];
        bool onCpu = x.Device.Type == DeviceType.CPU;
        long chunk = Math.Min(rows, Math.Max(1, (onCpu ? ChunkElements : ChunkElementsOnGpu) / vocabulary));
        double loss = 0;
        using DisposeScope outer = torch.NewDisposeScope();
        Tensor lossOnGpu = onCpu ? default : torch.zeros([], device: x.Device);
        for (long first = 0; first < rows; first += chunk)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            long count = Math.Min(chunk, rows - first);
            Tensor xc = x.narrow(0, first, count);                                // [c, H]
            Tensor tc = targets.narrow(0, first, count);                          // [c]
            Tensor logits = Buffer(chunk, vocabulary, x.Device).narrow(0, 0, count); // [c, V] float32
            Multiply(xc, logits);
            if (onCpu)                                                            // logits become d loss / d logits
            {
                loss += Functional.CrossEntropyInPlace(logits, tc, scale);
            }
            else
            {
                lossOnGpu.add_(Functional.CrossEntropyByOperators(logits, tc, scale));
            }

            if (!dx.IsNull)
            {
                Tensor gradient = wte.IsNarrow ? logits.to(ScalarType.BFloat16) : logits;
                Ops.MmOut.Do([gradient, wte.Work, dx.narrow(0, first, count)]);   // [c, H]
                Gradients.OfMatrix(wte.Grad, gradient, xc, accumulate || first > 0, wte.IsNarrow); // [V, H]
            }
        }

        return onCpu ? loss : lossOnGpu.item();
    }

    /// <summary>[c, H] to [c, V] float32, in place of what is there. The loss of bfloat16 logits is taken in float32, as Hugging Face does.</summary>
    private void Multiply(Tensor xc, Tensor logits)
    {
        if (wte.IsNarrow)
        {
            logits.copy_(xc.mm(wte.Work.t()));
        }
        else
        {
            Ops.MmOut.Do([xc, wte.Work.t(), logits]);
        }
    }

    private Tensor Buffer(long rows, long vocabulary, Device device)
    {
        if (buffer.IsNull || buffer.Size(0) < rows)
        {
            buffer.Dispose();
            buffer = torch.empty([rows, vocabulary], device: device).DetachFromDisposeScope();
        }

        return buffer;
    }
}
