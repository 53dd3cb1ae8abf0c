using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Causal attention over the product that holds k, v and q side by side, [batch * time, 3 * hidden] to [batch * time, hidden]. On a CPU one
/// operator of the native library does it instead of about twenty, without copying heads apart or keeping anything quadratic in time; on a
/// GPU, in bfloat16, <see cref="FlashAttention"/> does; otherwise, and over a cache, libtorch's own operators do it a block of queries at a
/// time (<see cref="BlockedAttention"/>).
/// </summary>
/// <param name="heads">Number of heads.</param>
/// <param name="headSize">Width of a head.</param>
/// <param name="window">Positions that a query sees, itself included; 0 means all earlier ones.</param>
internal sealed class CausalAttention(int heads, int headSize, int window)
{
    private readonly BlockedAttention _blocked = new();
    private readonly FlashAttention _flash = new(heads, headSize, window);

    // Of the last Forward, for Backward.
    private long _batch;
    private long _length;
    private bool _usedFused;
    private bool _usedFlash;
    private bool _isBFloat16;
    private Tensor _kvq;     // [batch * time, 3 * hidden] float32
    private Tensor _output;  // [batch * time, hidden]
    private Tensor _logSums; // [batch * heads, time]: log-sum-exp of the scores
    private Tensor _split;   // [3, batch * heads, time, head size]

    /// <summary>Whether the native library's operator for CPUs may be used; tests compare both ways.</summary>
    internal bool AllowFused { get; set; } = true;

    /// <summary>Whether flash attention may be used; measurements switch it off.</summary>
    internal bool AllowFlash { get; set; } = true;

    /// <summary>[batch * time, 3 * hidden] to [batch * time, hidden]; keeps what <see cref="Backward"/> needs.</summary>
    internal Tensor Forward(Tensor kvq, long batch, long length, bool bfloat16 = false)
    {
        (_batch, _length, _isBFloat16) = (batch, length, bfloat16);
        DeviceType device = kvq.Device.Type;
        _usedFlash = AllowFlash && bfloat16 && device == DeviceType.CUDA && FlashAttention.IsAvailable;
        if (_usedFlash)
        {
            return _flash.Forward(kvq, batch, length);
        }

        _kvq = bfloat16 ? kvq.to(ScalarType.Float32) : kvq; // scores and softmax are computed in float32, as Hugging Face does
        _usedFused = AllowFused && device == DeviceType.CPU;
        Tensor result = ForwardFloat32();
        if (!bfloat16)
        {
            return result;
        }

        Tensor converted = result.to(ScalarType.BFloat16);
        if (!_usedFused) // else it is _output, which Backward needs
        {
            result.Dispose();
        }

        return converted;
    }

    /// <summary>The gradient of the last <see cref="Forward"/>: [batch * time, hidden] to [batch * time, 3 * hidden].</summary>
    internal Tensor Backward(Tensor dOutput)
    {
        if (_usedFlash)
        {
            return _flash.Backward(dOutput);
        }

        if (!_isBFloat16)
        {
            return BackwardFloat32(dOutput);
        }

        using Tensor converted = dOutput.to(ScalarType.Float32);
        using Tensor gradient = BackwardFloat32(converted);
        return gradient.to(ScalarType.BFloat16);
    }

    /// <summary>
    /// [time, 3 * hidden] to [time, hidden] for the next positions of one text, whose earlier keys and values are in the cache.
    /// </summary>
    internal Tensor ForwardCached(Tensor kvq, KeyValueCache cache, int layer, bool bfloat16 = false)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long count = kvq.Size(0);
        Tensor next = SplitHeads(bfloat16 ? kvq.to(ScalarType.Float32) : kvq, 1, count); // [3, heads, time, head size]
        Tensor all = cache.Append(layer, next.narrow(0, 0, 2));                          // [2, heads, past + time, head size]
        Tensor k = all.select(0, 0), v = all.select(0, 1), q = next.select(0, 2);
        Tensor perHead = _blocked.Forward(q, k, v, window);                              // [heads, time, head size]
        _blocked.ReleaseProbabilities();
        Tensor merged = MergeHeads(perHead, 1, count);                                   // [time, hidden]
        return (bfloat16 ? merged.to(ScalarType.BFloat16) : merged).MoveToOuterDisposeScope();
    }

    /// <summary>Releases the cached masks.</summary>
    internal void DisposeMasks() => _blocked.DisposeMasks();

    private Tensor ForwardFloat32()
    {
        if (_usedFused)
        {
            (_output, _logSums) = Ops.Attention.Call2([_kvq, _batch, heads, window]); // [batch * time, hidden], [batch * heads, time]
            return _output;
        }

        _split = SplitHeads(_kvq, _batch, _length);                            // [3, batch * heads, time, head size]
        using Tensor k = _split.select(0, 0), v = _split.select(0, 1), q = _split.select(0, 2);
        using Tensor perHead = _blocked.Forward(q, k, v, window);              // [batch * heads, time, head size]
        return MergeHeads(perHead, _batch, _length);                           // [batch * time, hidden]
    }

    private Tensor BackwardFloat32(Tensor dOutput)
    {
        if (_usedFused)
        {
            return Ops.AttentionBackward.Call([dOutput, _kvq, _output, _logSums, _batch, heads, window]); // [batch * time, 3 * hidden]
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dHeads = dOutput.view(_batch, _length, heads, headSize)         // [batch, time, heads, head size]
            .permute(0, 2, 1, 3)                                               // [batch, heads, time, head size], strided
            .reshape(_batch * heads, _length, headSize);                       // [batch * heads, time, head size]
        Tensor grads = torch.empty([3, _batch * heads, _length, headSize], device: dOutput.Device);
        Tensor k = _split.select(0, 0), v = _split.select(0, 1), q = _split.select(0, 2);
        Tensor dk = grads.select(0, 0), dv = grads.select(0, 1), dq = grads.select(0, 2);
        _blocked.Backward(dHeads, q, k, v, dq, dk, dv, window);
        return grads.view(3, _batch, heads, _length, headSize)                 // [3, batch, heads, time, head size]
            .permute(1, 3, 0, 2, 4)                                            // [batch, time, 3, heads, head size], strided
            .reshape(_batch * _length, 3L * heads * headSize)                  // [batch * time, 3 * hidden]
            .MoveToOuterDisposeScope();
    }

    private Tensor SplitHeads(Tensor kvq, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return kvq.view(batch, length, 3, heads, headSize)                     // [batch, time, 3, heads, head size]
            .permute(2, 0, 3, 1, 4)                                            // [3, batch, heads, time, head size], strided
            .reshape(3, batch * heads, length, headSize)                       // [3, batch * heads, time, head size]
            .MoveToOuterDisposeScope();
    }

    private Tensor MergeHeads(Tensor perHead, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return perHead.view(batch, heads, length, headSize)                    // [batch, heads, time, head size]
            .permute(0, 2, 1, 3)                                               // [batch, time, heads, head size], strided
            .reshape(batch * length, (long)heads * headSize)                   // [batch * time, hidden]
            .MoveToOuterDisposeScope();
    }
}
