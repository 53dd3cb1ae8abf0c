using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// FlashAttention-2 (https://arxiv.org/abs/2307.08691) as libtorch has it for GPUs: scores are never written to memory, a local layer
/// computes only its window, and k, v and q are read from the one product without copying heads apart. The operators are private to
/// libtorch (aten/src/ATen/native/transformers/cuda/attention.cu); they have windows since 2.5. GPT-Neo does not scale its scores, so the
/// scale is 1.
/// </summary>
/// <param name="heads">Number of heads.</param>
/// <param name="headSize">Width of a head.</param>
/// <param name="window">Positions that a query sees, itself included; 0 means all earlier ones.</param>
internal sealed class FlashAttention(int heads, int headSize, int window)
{
    // Of the last Forward, for Backward.
    private long _batch;
    private long _length;
    private Tensor _parts;       // [batch, time, 3, heads, head size]
    private Tensor _output;      // [batch, time, heads, head size]
    private Tensor _logSums;     // [batch, heads, time]: log-sum-exp of the scores
    private Tensor _randomState; // of dropout, which is off; the backward operator takes it all the same
    private Tensor _unused;

    /// <summary>Whether this libtorch has the operators, with windows.</summary>
    internal static bool IsAvailable { get; } = HasWindows(torch.Version) && Ops.FlashAttention.HasKernel(DeviceType.CUDA);

    // How far back a position sees, itself not counted; None is unlimited.
    private Value WindowLeft => window > 0 ? window - 1 : Value.None;

    private Value WindowRight => window > 0 ? 0 : Value.None;

    /// <summary>Whether a version of libtorch has windows in its flash attention: 2.5 and newer.</summary>
    internal static bool HasWindows(string version)
    {
        string[] numbers = version.Split('.');
        return numbers.Length >= 2 && int.TryParse(numbers[0], out int major) && int.TryParse(numbers[1], out int minor)
            && (major > 2 || (major == 2 && minor >= 5));
    }

    /// <summary>[batch * time, 3 * hidden] bfloat16 to [batch * time, hidden].</summary>
    internal Tensor Forward(Tensor kvq, long batch, long length)
    {
        (_batch, _length) = (batch, length);
        _parts = kvq.view(batch, length, 3, heads, headSize);                  // [batch, time, 3, heads, head size]
        using Tensor k = _parts.select(2, 0), v = _parts.select(2, 1), q = _parts.select(2, 2); // [batch, time, heads, head size], strided
        (_output, _logSums, _randomState, _unused, Tensor mask) = Ops.FlashAttention.Call5(
            [q, k, v, Value.None, Value.None, length, length, 0.0, true, false, 1.0, WindowLeft, WindowRight]);
        mask.Dispose();
        return _output.view(batch * length, (long)heads * headSize);           // [batch * time, hidden]
    }

    /// <summary>The gradient of the last <see cref="Forward"/>: [batch * time, hidden] to [batch * time, 3 * hidden].</summary>
    internal Tensor Backward(Tensor dOutput)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor k = _parts.select(2, 0), v = _parts.select(2, 1), q = _parts.select(2, 2);       // [batch, time, heads, head size]
        (Tensor dq, Tensor dk, Tensor dv) = Ops.FlashAttentionBackward.Call3(
            [
                dOutput.view(_batch, _length, heads, headSize), q, k, v, _output, _logSums, Value.Undefined, Value.Undefined,
                _length, _length, 0.0, true, _randomState, _unused, 1.0, WindowLeft, WindowRight,
            ]);
        Tensor gradient = torch.empty([_batch, _length, 3, heads, headSize], ScalarType.BFloat16, dOutput.Device);
        gradient.select(2, 0).copy_(dk);
        gradient.select(2, 1).copy_(dv);
        gradient.select(2, 2).copy_(dq);
        return gradient.view(_batch * _length, 3L * heads * headSize).MoveToOuterDisposeScope(); // [batch * time, 3 * hidden]
    }
}
