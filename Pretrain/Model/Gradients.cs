using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Writes gradients into their place: the first micro-batch of a step replaces what is there (so nothing needs to be zeroed), the
/// others add to it.
/// </summary>
internal static class Gradients
{
    /// <summary>grad [out, in] (+)= dy [N, out]ᵀ · x [N, in]; where those two are narrow, their product is widened into place.</summary>
    internal static void WriteMatrix(Tensor grad, Tensor dy, Tensor x, bool accumulate, bool bfloat16)
    {
        using Tensor transposed = dy.t(); // [out, N], a view
        if (bfloat16)
        {
            using Tensor product = transposed.mm(x);
            Write(grad, product, accumulate);
            return;
        }

        grad.addmm_(transposed, x, beta: accumulate ? 1 : 0);
    }

    /// <summary>grad [out] (+)= sum over N of dy [N, out].</summary>
    internal static void WriteBias(Tensor grad, Tensor dy, bool accumulate, bool bfloat16)
    {
        using Tensor sum = bfloat16 ? dy.sum(0, ScalarType.Float32) : dy.sum(0);
        Write(grad, sum, accumulate);
    }

    /// <summary>grad (+)= value, of the same shape.</summary>
    internal static void Write(Tensor grad, Tensor value, bool accumulate)
    {
        if (accumulate)
        {
            grad.add_(value);
        }
        else
        {
            grad.copy_(value);
        }
    }
}
