namespace DataForge.Pretrain.Torch;

/// <summary>Operators whose arguments are lists or strings, with their backward passes.</summary>
internal static unsafe class Functional
{
    /// <summary>
    /// Layer normalisation over the last dimension, of <paramref name="size"/>: y [n, size], and per row the mean [n, 1] and the reciprocal
    /// standard deviation [n, 1].
    /// </summary>
    internal static (Tensor Y, Tensor Mean, Tensor Rstd) LayerNorm(Tensor x, long size, Tensor weight, Tensor bias, double epsilon) =>
        Ops.LayerNorm.Call3([x, Value.List(&size, 1), weight, bias, epsilon]);

    /// <summary>Gradients of x [n, size], weight [size] and bias [size].</summary>
    internal static (Tensor Dx, Tensor Dweight, Tensor Dbias) LayerNormBackward(
        Tensor dy, Tensor x, long size, Tensor mean, Tensor rstd, Tensor weight, Tensor bias)
    {
        bool* outputMask = stackalloc bool[3] { true, true, true };
        return Ops.LayerNormBackward.Call3([dy, x, Value.List(&size, 1), mean, rstd, weight, bias, Value.List(outputMask, 3)]);
    }

    /// <summary>
    /// GELU's tanh approximation (https://arxiv.org/abs/1606.08415), gelu_new: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).
    /// </summary>
    internal static Tensor GeluTanh(Tensor x)
    {
        if (IsBFloat16OnCpu(x))
        {
            return Ops.GeluBFloat16.Call([x]);
        }

        fixed (byte* tanh = "tanh"u8)
        {
            return Ops.Gelu.Call([x, Value.String(tanh, 4)]);
        }
    }

    /// <summary>The gradient of <see cref="GeluTanh"/> at <paramref name="x"/>.</summary>
    internal static Tensor GeluTanhBackward(Tensor dy, Tensor x)
    {
        if (IsBFloat16OnCpu(x))
        {
            return Ops.GeluBFloat16Backward.Call([dy, x]);
        }

        fixed (byte* tanh = "tanh"u8)
        {
            return Ops.GeluBackward.Call([dy, x, Value.String(tanh, 4)]);
        }
    }

    /// <summary>Whether it is bfloat16 on a CPU, for which libtorch's own elementwise operators are slow.</summary>
    internal static bool IsBFloat16OnCpu(Tensor x) => x.Dtype == ScalarType.BFloat16 && x.Device.Type == DeviceType.CPU;

    /// <summary>The gradient of softmax over the last dimension, whose output was <paramref name="y"/>.</summary>
    internal static Tensor SoftmaxBackward(Tensor dy, Tensor y) => Ops.SoftmaxBackward.Call([dy, y, -1, ScalarType.Float32]);

    /// <summary>Adds row i of dy [batch * time, hidden] to row ids[i] of grad [vocabulary, hidden].</summary>
    internal static void EmbeddingBackward(Tensor grad, Tensor ids, Tensor dy)
    {
        if (dy.Device.Type == DeviceType.CPU)
        {
            Ops.EmbeddingBackward.Run([grad, ids, dy]);
        }
        else
        {
            grad.index_add_(0, ids, dy);
        }
    }

    /// <summary>
    /// Sum of the cross-entropy of logits [n, vocabulary] against targets [n], on a CPU; negative targets do not count. Where
    /// <paramref name="scale"/> is not 0, the logits are replaced by their gradient times scale.
    /// </summary>
    internal static double CrossEntropyInPlace(Tensor logits, Tensor targets, double scale) =>
        Ops.CrossEntropyInPlace.CallScalar([logits, targets, scale]);

    /// <summary>
    /// The same by libtorch's own operators on any device, as a tensor [], without waiting for the device. The scale is a tensor []
    /// float32, or undefined where no gradient is needed.
    /// </summary>
    internal static Tensor CrossEntropyByOperators(Tensor logits, Tensor targets, Tensor scale)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor isCounted = Ops.Ge.Call([targets, 0]).to(ScalarType.Float32).view(-1, 1);  // [n, 1]: 1 or 0
        Tensor indices = Ops.Clamp.Call([targets, 0]).view(-1, 1);                        // [n, 1]
        Tensor logSum = logits.logsumexp(-1, keepdim: true);                              // [n, 1]
        Tensor loss = ((logSum - logits.gather(-1, indices)) * isCounted).sum();          // []
        if (!scale.IsNull)
        {
            logits.sub_(logSum).exp_();                                                   // [n, vocabulary]: softmax
            logits.scatter_add_(-1, indices, isCounted * -1.0).mul_(isCounted * scale);   // [n, vocabulary]: (softmax - onehot) * scale
        }

        return loss.MoveToOuterDisposeScope();
    }
}
