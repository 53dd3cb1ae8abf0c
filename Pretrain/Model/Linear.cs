using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>y = x Wᵀ + b, with W [out, in] as <c>torch.nn.Linear</c> stores it.</summary>
public sealed class Linear
{
    private Tensor _input;

    internal Linear(ParameterSet parameters, string name, int inSize, int outSize)
    {
        weight = parameters.Declare(name + ".weight", outSize, inSize);
        bias = parameters.Declare(name + ".bias", outSize);
    }

    /// <summary>[out, in].</summary>
    public Parameter weight { get; }

    /// <summary>[out].</summary>
    public Parameter bias { get; }

    /// <summary>[N, in] to [N, out]; keeps the input for <see cref="Backward"/>.</summary>
    public Tensor Forward(Tensor x)
    {
        _input = x;
        using Tensor transposed = weight.ComputeValue.t(); // [in, out], a view
        return bias.ComputeValue.addmm(x, transposed);     // [N, out]
    }

    /// <summary>Adds to the gradients (replaces them where <paramref name="accumulate"/> is false): [N, out] to [N, in].</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        Gradients.WriteMatrix(weight.Grad, dy, _input, accumulate, weight.IsBFloat16); // [out, in] = dyᵀ x
        Gradients.WriteBias(bias.Grad, dy, accumulate, bias.IsBFloat16);              // [out] = sum over rows of dy
        return dy.mm(weight.ComputeValue);                                               // [N, in]
    }
}
