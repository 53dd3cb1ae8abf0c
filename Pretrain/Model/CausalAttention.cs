using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Attention over the product that holds k, v and q side by side, [B·T, 3H] to [B·T, H]. On a CPU one operator of the native library does
/// it in place of about twenty, without taking heads apart or keeping anything quadratic in T; on a GPU, in bfloat16, flash attention
/// does (<see cref="FlashAttention"/>); elsewhere, and over a cache, libtorch's own operators do it a block of queries at a time.
/// </summary>
internal sealed class CausalAttention(int heads, int headSize, int window)
{
    private readonly BlockedAttention _blocked = new();
    private readonly FlashAttention _flash = new(heads, headSize, window);
    private long _batch;
    private long _length;
    private bool _fused;
    private bool _isNarrow;
    private bool _flashed;
    private Tensor _kvq;
    private Tensor _seen;
    private Tensor _logSums;
    private Tensor _split;

    /// <summary>Whether the CPU's own operator may be used; tests compare both ways.</summary>
    internal bool AllowFused { get; set; } = true;

    /// <summary>Whether flash attention may be used; measurements leave it out.</summary>
    internal bool AllowFlash { get; set; } = true;

    /// <summary>[B·T, 3H] to [B·T, H]; keeps what <see cref="Backward"/> needs.</summary>
    internal Tensor Forward(Tensor kvq, long batch, long length, bool bfloat16 = false)
    {
        (_batch, _length, _isNarrow) = (batch, length, bfloat16);
        DeviceType device = kvq.Device.Type;
        _flashed = AllowFlash && bfloat16 && device == DeviceType.CUDA && FlashAttention.IsAvailable;
        if (_flashed)
        {
            return _flash.Forward(kvq, batch, length);
        }

        _kvq = bfloat16 ? kvq.to(ScalarType.Float32) : kvq; // scores and softmax are taken in float32, as Hugging Face does
        _fused = AllowFused && device == DeviceType.CPU;
        Tensor result = ForwardFloat32();
        if (!bfloat16)
        {
            return result;
        }

        Tensor narrowed = result.to(ScalarType.BFloat16);
        if (!_fused)
        {
            result.Dispose();
        }

        return narrowed;
    }

    /// <summary>The gradient of the last <see cref="Forward"/>: [B·T, H] to [B·T, 3H].</summary>
    internal Tensor Backward(Tensor dSeen)
    {
        if (_flashed)
        {
            return _flash.Backward(dSeen);
        }

        if (!_isNarrow)
        {
            return BackwardFloat32(dSeen);
        }

        using Tensor wide = dSeen.to(ScalarType.Float32);
        using Tensor gradient = BackwardFloat32(wide);
        return gradient.to(ScalarType.BFloat16);
    }

    /// <summary>[n, 3H] to [n, H] for the next n positions of one text, whose earlier keys and values are in the cache.</summary>
    internal Tensor ForwardCached(Tensor kvq, KeyValueCache cache, int layer, bool bfloat16 = false)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long count = kvq.Size(0);
        Tensor next = SplitHeads(bfloat16 ? kvq.to(ScalarType.Float32) : kvq, 1, count);                                       // [3, heads, n, d]
        Tensor all = cache.Append(layer, next.narrow(0, 0, 2));                   // [2, heads, past + n, d]
        Tensor perHead = _blocked.Forward(next.select(0, 2), all.select(0, 0), all.select(0, 1), window); // [heads, n, d]
        _blocked.ReleaseProbabilities();
        Tensor joined = MergeHeads(perHead, 1, count);                                  // [n, H]
        return (bfloat16 ? joined.to(ScalarType.BFloat16) : joined).MoveToOuterDisposeScope();
    }

    /// <summary>Releases the masks that are kept.</summary>
    internal void DisposeMasks() => _blocked.DisposeMasks();

    private Tensor ForwardFloat32()
    {
        if (_fused)
        {
            (_seen, _logSums) = Ops.Attention.Call2([_kvq, _batch, heads, window]);   // [B·T, H], [G, T]
            return _seen;
        }

        _split = SplitHeads(_kvq, _batch, _length);                                        // [3, G, T, d]
        using Tensor k = _split.select(0, 0), v = _split.select(0, 1), q = _split.select(0, 2); // [G, T, d]
        using Tensor perHead = _blocked.Forward(q, k, v, window);                  // [G, T, d]
        return MergeHeads(perHead, _batch, _length);                                      // [B·T, H]
    }

    private Tensor BackwardFloat32(Tensor dSeen)
    {
        if (_fused)
        {
            return Ops.AttentionBackward.Call([dSeen, _kvq, _seen, _logSums, _batch, heads, window]);
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dHeads = dSeen.view(_batch, _length, heads, headSize).permute(0, 2, 1, 3)
            .reshape(_batch * heads, _length, headSize);                            // [G, T, d]
        Tensor grads = torch.empty([3, _batch * heads, _length, headSize], device: dSeen.Device);
        _blocked.Backward(
            dHeads, _split.select(0, 2), _split.select(0, 0), _split.select(0, 1), grads.select(0, 2), grads.select(0, 0), grads.select(0, 1), window);
        return grads.view(3, _batch, heads, _length, headSize).permute(1, 3, 0, 2, 4)
            .reshape(_batch * _length, 3L * heads * headSize).MoveToOuterDisposeScope(); // [B·T, 3H]
    }

    private Tensor SplitHeads(Tensor kvq, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return kvq.view(batch, length, 3, heads, headSize).permute(2, 0, 3, 1, 4) // [3, B, heads, T, d], strided
            .reshape(3, batch * heads, length, headSize)                          // [3, G, T, d]
            .MoveToOuterDisposeScope();
    }

    private Tensor MergeHeads(Tensor perHead, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return perHead.view(batch, heads, length, headSize).permute(0, 2, 1, 3)   // [B, T, heads, d], strided
            .reshape(batch * length, (long)heads * headSize)                      // [B·T, H]
            .MoveToOuterDisposeScope();
    }
}
