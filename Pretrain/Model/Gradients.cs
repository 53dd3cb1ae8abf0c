using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Writes gradients into the flat buffer: the first micro-batch of a step overwrites it (so it need not be zeroed), the others add to it.
/// </summary>
internal static class Gradients
{
    /// <summary>
    /// grad [out, in] (+)= dy [batch * time, out]ᵀ · x [batch * time, in]. Where those two are bfloat16, the product is converted to
    /// float32.
    /// </summary>
    internal static void WriteMatrix(Tensor grad, Tensor dy, Tensor x, bool accumulate, bool bfloat16)
    {
        using Tensor transposed = dy.t();            // [out, batch * time], a view
        if (bfloat16)
        {
            using Tensor product = transposed.mm(x); // [out, in] bfloat16
            Write(grad, product, accumulate);
            return;
        }

        grad.addmm_(transposed, x, beta: accumulate ? 1 : 0);
    }

    /// <summary>grad [out] (+)= the sum of dy [batch * time, out] over its rows.</summary>
    internal static void WriteBias(Tensor grad, Tensor dy, bool accumulate, bool bfloat16)
    {
        using Tensor sum = bfloat16 ? dy.sum(0, ScalarType.Float32) : dy.sum(0); // [out] float32
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
