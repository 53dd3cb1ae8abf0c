using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// FlashAttention-2 (https://arxiv.org/abs/2307.08691) as libtorch carries it for GPUs: no score is ever in memory, a local layer's
/// window is cut out of the work, and k, v and q are read where the one product laid them, without taking heads apart. The operators are
/// private to libtorch; their windows came with 2.5. GPT-Neo does not scale its scores: the scale is 1.
/// </summary>
internal sealed class FlashAttention(int heads, int headSize, int window)
{
    private long _batch;
    private long _length;
    private Tensor _parts;
    private Tensor _seen;
    private Tensor _logSums;
    private Tensor _randomState;
    private Tensor _unused;

    /// <summary>Whether this libtorch has the operators, with windows.</summary>
    internal static bool IsAvailable { get; } = HasWindows(torch.Version) && Ops.FlashAttention.HasKernel(DeviceType.CUDA);

    // How far back a position sees, itself not counted; None is without end.
    private Value Left => window > 0 ? window - 1 : Value.None;

    /// <summary>Whether a version of libtorch has windows in its flash attention: 2.5 and newer.</summary>
    internal static bool HasWindows(string version)
    {
        string[] numbers = version.Split('.');
        return numbers.Length >= 2 && int.TryParse(numbers[0], out int major) && int.TryParse(numbers[1], out int minor) && (major > 2 || (major == 2 && minor >= 5));
    }

    /// <summary>[B·T, 3H] bfloat16 to [B·T, H].</summary>
    internal Tensor Forward(Tensor kvq, long batch, long length)
    {
        (_batch, _length) = (batch, length);
        _parts = kvq.view(batch, length, 3, heads, headSize);                                     // [B, T, 3, heads, d]
        using Tensor k = _parts.select(2, 0), v = _parts.select(2, 1), q = _parts.select(2, 2);     // [B, T, heads, d], strided
        (_seen, _logSums, _randomState, _unused, Tensor mask) = Ops.FlashAttention.Call5(
            [q, k, v, Value.None, Value.None, length, length, 0.0, true, false, 1.0, Left, window > 0 ? 0 : Value.None]);
        mask.Dispose();
        return _seen.view(batch * length, (long)heads * headSize);                                // [B·T, H]
    }

    /// <summary>The gradient of the last <see cref="Forward"/>: [B·T, H] to [B·T, 3H].</summary>
    internal Tensor Backward(Tensor dSeen)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor k = _parts.select(2, 0), v = _parts.select(2, 1), q = _parts.select(2, 2);           // [B, T, heads, d]
        (Tensor dq, Tensor dk, Tensor dv) = Ops.FlashAttentionBackward.Call3(
            [
                dSeen.view(_batch, _length, heads, headSize), q, k, v, _seen, _logSums, Value.Undefined, Value.Undefined, _length, _length, 0.0, true,
                _randomState, _unused, 1.0, Left, window > 0 ? 0 : Value.None,
            ]);
        Tensor gradient = torch.empty([_batch, _length, 3, heads, headSize], ScalarType.BFloat16, dSeen.Device);
        gradient.select(2, 0).copy_(dk);
        gradient.select(2, 1).copy_(dv);
        gradient.select(2, 2).copy_(dq);
        return gradient.view(_batch * _length, 3L * heads * headSize).MoveToOuterDisposeScope();   // [B·T, 3H]
    }
}
