using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Attention over the product that holds k, v and q side by side, [B·T, 3H] to [B·T, H]. On a CPU one operator of the native library does
/// it in place of about twenty, without taking heads apart or keeping anything quadratic in T; on a GPU, in bfloat16, flash attention
/// does (<see cref="FlashAttention"/>); elsewhere, and over a cache, libtorch's own operators do it a block of queries at a time.
/// </summary>
internal sealed class CausalAttention(int heads, int headSize, int window)
{
    private readonly BlockedAttention blocked = new();
    private readonly FlashAttention flash = new(heads, headSize, window);
    private long batch;
    private long length;
    private bool fused;
    private bool isNarrow;
    private bool flashed;
    private Tensor kvq;
    private Tensor seen;
    private Tensor logSums;
    private Tensor split;

    /// <summary>Whether the CPU's own operator may be used; tests compare both ways.</summary>
    internal bool AllowFused { get; set; } = true;

    /// <summary>Whether flash attention may be used; measurements leave it out.</summary>
    internal bool AllowFlash { get; set; } = true;

    /// <summary>[B·T, 3H] to [B·T, H]; keeps what <see cref="Backward"/> needs.</summary>
    internal Tensor Forward(Tensor kvq, long batch, long length, bool narrow = false)
    {
        (this.batch, this.length, isNarrow) = (batch, length, narrow);
        DeviceType device = kvq.Device.Type;
        flashed = AllowFlash && narrow && device == DeviceType.CUDA && FlashAttention.IsAvailable;
        if (flashed)
        {
            return flash.Forward(kvq, batch, length);
        }

        this.kvq = narrow ? kvq.to(ScalarType.Float32) : kvq; // scores and softmax are taken in float32, as Hugging Face does
        fused = AllowFused && device == DeviceType.CPU;
        Tensor result = ForwardWide();
        if (!narrow)
        {
            return result;
        }

        Tensor narrowed = result.to(ScalarType.BFloat16);
        if (!fused)
        {
            result.Dispose();
        }

        return narrowed;
    }

    /// <summary>The gradient of the last <see cref="Forward"/>: [B·T, H] to [B·T, 3H].</summary>
    internal Tensor Backward(Tensor dSeen)
    {
        if (flashed)
        {
            return flash.Backward(dSeen);
        }

        if (!isNarrow)
        {
            return BackwardWide(dSeen);
        }

        using Tensor wide = dSeen.to(ScalarType.Float32);
        using Tensor gradient = BackwardWide(wide);
        return gradient.to(ScalarType.BFloat16);
    }

    /// <summary>[n, 3H] to [n, H] for the next n positions of one text, whose earlier keys and values are in the cache.</summary>
    internal Tensor ForwardCached(Tensor kvq, KeyValueCache cache, int layer, bool narrow = false)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long count = kvq.Size(0);
        Tensor next = Split(narrow ? kvq.to(ScalarType.Float32) : kvq, 1, count);                                       // [3, heads, n, d]
        Tensor all = cache.Append(layer, next.narrow(0, 0, 2));                   // [2, heads, past + n, d]
        Tensor perHead = blocked.Forward(next.select(0, 2), all.select(0, 0), all.select(0, 1), window); // [heads, n, d]
        blocked.Forget();
        Tensor joined = Join(perHead, 1, count);                                  // [n, H]
        return (narrow ? joined.to(ScalarType.BFloat16) : joined).MoveToOuterDisposeScope();
    }

    /// <summary>Releases the masks that are kept.</summary>
    internal void Clear() => blocked.Clear();

    private Tensor ForwardWide()
    {
        if (fused)
        {
            (seen, logSums) = Ops.Attention.Call2([kvq, batch, heads, window]);   // [B·T, H], [G, T]
            return seen;
        }

        split = Split(kvq, batch, length);                                        // [3, G, T, d]
        using Tensor k = split.select(0, 0), v = split.select(0, 1), q = split.select(0, 2); // [G, T, d]
        using Tensor perHead = blocked.Forward(q, k, v, window);                  // [G, T, d]
        return Join(perHead, batch, length);                                      // [B·T, H]
    }

    private Tensor BackwardWide(Tensor dSeen)
    {
        if (fused)
        {
            return Ops.AttentionBackward.Call([dSeen, kvq, seen, logSums, batch, heads, window]);
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dHeads = dSeen.view(batch, length, heads, headSize).permute(0, 2, 1, 3)
            .reshape(batch * heads, length, headSize);                            // [G, T, d]
        Tensor grads = torch.empty([3, batch * heads, length, headSize], device: dSeen.Device);
        blocked.Backward(
            dHeads, split.select(0, 2), split.select(0, 0), split.select(0, 1), grads.select(0, 2), grads.select(0, 0), grads.select(0, 1), window);
        return grads.view(3, batch, heads, length, headSize).permute(1, 3, 0, 2, 4)
            .reshape(batch * length, 3L * heads * headSize).MoveToOuterDisposeScope(); // [B·T, 3H]
    }

    private Tensor Split(Tensor kvq, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return kvq.view(batch, length, 3, heads, headSize).permute(2, 0, 3, 1, 4) // [3, B, heads, T, d], strided
            .reshape(3, batch * heads, length, headSize)                          // [3, G, T, d]
            .MoveToOuterDisposeScope();
    }

    private Tensor Join(Tensor perHead, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return perHead.view(batch, heads, length, headSize).permute(0, 2, 1, 3)   // [B, T, heads, d], strided
            .reshape(batch * length, (long)heads * headSize)                      // [B·T, H]
            .MoveToOuterDisposeScope();
    }
}
