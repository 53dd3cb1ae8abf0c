namespace DataForge.Pretrain.Torch;

/// <summary>Operators whose arguments are lists or strings, with their backward halves.</summary>
internal static unsafe class Functional
{
    /// <summary>y, mean and reciprocal standard deviation over the last dimension, of <paramref name="size"/>.</summary>
    internal static (Tensor Y, Tensor Mean, Tensor Rstd) LayerNorm(Tensor x, long size, Tensor weight, Tensor bias, double epsilon) =>
        Ops.LayerNorm.Call3([x, Value.List(&size, 1), weight, bias, epsilon]);

    /// <summary>Gradients of x, weight and bias.</summary>
    internal static (Tensor Dx, Tensor Dweight, Tensor Dbias) LayerNormBackward(
        Tensor dy, Tensor x, long size, Tensor mean, Tensor rstd, Tensor weight, Tensor bias)
    {
        bool* wanted = stackalloc bool[3] { true, true, true };
        return Ops.LayerNormBackward.Call3([dy, x, Value.List(&size, 1), mean, rstd, weight, bias, Value.List(wanted, 3)]);
    }

    /// <summary>gelu_new: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    internal static Tensor GeluTanh(Tensor x)
    {
        fixed (byte* tanh = "tanh"u8)
        {
            return Ops.Gelu.Call([x, Value.String(tanh, 4)]);
        }
    }

    /// <summary>The gradient of <see cref="GeluTanh"/> at <paramref name="x"/>.</summary>
    internal static Tensor GeluTanhBackward(Tensor dy, Tensor x)
    {
        fixed (byte* tanh = "tanh"u8)
        {
            return Ops.GeluBackward.Call([dy, x, Value.String(tanh, 4)]);
        }
    }

    /// <summary>The gradient of softmax over the last dimension, whose output was <paramref name="y"/>.</summary>
    internal static Tensor SoftmaxBackward(Tensor dy, Tensor y) => Ops.SoftmaxBackward.Call([dy, y, -1, ScalarType.Float32]);

    /// <summary>Adds row i of dy [N, H] to row ids[i] of grad [V, H].</summary>
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
    /// The sum of the cross-entropy of logits [N, V] against targets [N], on a CPU; negative targets do not count. Where
    /// <paramref name="scale"/> is not 0 the logits become its gradient times scale.
    /// </summary>
    internal static double CrossEntropyInPlace(Tensor logits, Tensor targets, double scale) =>
        Ops.CrossEntropyInPlace.CallScalar([logits, targets, scale]);

    /// <summary>
    /// The same by libtorch's own operators, on any device, as a tensor []: a GPU is not waited for. The scale is a tensor [] float32, or
    /// undefined where no gradient is wanted.
    /// </summary>
    internal static Tensor CrossEntropyByOperators(Tensor logits, Tensor targets, Tensor scale)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor counted = Ops.Ge.Call([targets, 0]).to(ScalarType.Float32).view(-1, 1);     // [N, 1], 1 or 0
        Tensor places = Ops.Clamp.Call([targets, 0]).view(-1, 1);                          // [N, 1]
        Tensor total = logits.logsumexp(-1, keepdim: true);                               // [N, 1]
        Tensor loss = ((total - logits.gather(-1, places)) * counted).sum();              // []
        if (!scale.IsNull)
        {
            logits.sub_(total).exp_();                                                    // [N, V], the softmax
            logits.scatter_add_(-1, places, counted * -1.0).mul_(counted * scale);
        }

        return loss.MoveToOuterDisposeScope();
    }
}
