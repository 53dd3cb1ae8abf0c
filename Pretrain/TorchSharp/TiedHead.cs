using DataForge.Pretrain.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// The output layer, tied to the token embeddings, with its loss: the cross-entropy of softmax(x wteᵀ). The logits of a large vocabulary
/// are the largest tensor of a step, so they are computed in chunks of rows, in a reused buffer, and replaced in place by their gradient.
/// </summary>
/// <param name="wte">The token embeddings [vocabulary, hidden].</param>
/// <param name="sharing">The threads.</param>
internal sealed class TiedHead(Tensor wte, WorkSharing sharing) : IDisposable
{
    private const long ChunkElements = 16 << 20; // 64 MB of logits: small beside the weights of any model trained on a CPU
    private const int RowsAtATime = 8;           // of one thread
    private Tensor? _buffer;                     // [chunk, vocabulary]

    /// <summary>
    /// Sum of the loss over the counted positions, for x [rows, hidden] and targets [rows], -100 where one does not count.
    /// </summary>
    internal double LossSum(Tensor x, Tensor targets) => Chunks(x, targets, 0, null);

    /// <summary>
    /// The same, with the gradients of x [rows, hidden] and of wte, which is added to or written to <paramref name="wteGrad"/>.
    /// </summary>
    internal (double Loss, Tensor Dx) LossAndBackward(Tensor x, Tensor targets, double scale, Tensor wteGrad, bool accumulate)
    {
        Tensor dx = empty_like(x);                                                      // [rows, hidden]
        double loss = Chunks(x, targets, (float)scale, (gradient, first, rows) =>
        {
            dx.narrow(0, first, gradient.shape[0]).addmm_(gradient, wte, 0, 1);         // [chunk, hidden]
            wteGrad.addmm_(gradient.t(), rows, accumulate || first > 0 ? 1 : 0, 1);     // [vocabulary, hidden]
        });
        return (loss, dx);
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer?.Dispose();

    private double Chunks(Tensor x, Tensor targets, float scale, Action<Tensor, long, Tensor>? backward)
    {
        long count = x.shape[0], vocabulary = wte.shape[0], chunk = Math.Min(count, Math.Max(1, ChunkElements / vocabulary));
        double loss = 0;
        for (long first = 0; first < count; first += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = x.narrow(0, first, Math.Min(chunk, count - first));                       // [chunk, hidden]
            Tensor logits = Buffer(chunk, vocabulary).narrow(0, 0, rows.shape[0]);                  // [chunk, vocabulary]
            logits.addmm_(rows, wte.t(), 0, 1);
            loss += CrossEntropyInPlace(logits, TensorMemory.Int64s(targets).Slice((int)first, (int)rows.shape[0]), scale);
            backward?.Invoke(logits, first, rows);
        }

        return loss;
    }

    /// <summary>The sum of the loss; where scale is not 0, each row becomes its gradient, 0 for one that does not count.</summary>
    private unsafe double CrossEntropyInPlace(Tensor logits, ReadOnlySpan<long> targets, float scale)
    {
        float* data = TensorMemory.Pointer(logits);
        int rows = (int)logits.shape[0], vocabulary = (int)logits.shape[1];
        long[] wanted = targets.ToArray();
        double[] losses = new double[rows];
        sharing.Run((rows + RowsAtATime - 1) / RowsAtATime, piece =>
        {
            for (int i = piece * RowsAtATime; i < Math.Min(rows, (piece + 1) * RowsAtATime); i++)
            {
                float* row = data + ((long)i * vocabulary);
                if (wanted[i] >= 0)
                {
                    losses[i] = HostKernels.CrossEntropyRow(row, vocabulary, wanted[i], scale);
                }
                else
                {
                    new Span<float>(row, vocabulary).Clear();
                }
            }
        });
        return losses.Sum();
    }

    private Tensor Buffer(long rows, long vocabulary)
    {
        if (_buffer is null || _buffer.shape[0] < rows)
        {
            _buffer?.Dispose();
            _buffer = empty(rows, vocabulary).DetachFromDisposeScope();
        }

        return _buffer;
    }
}
