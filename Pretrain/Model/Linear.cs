using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>y = x Wᵀ + b, with W [out, in] as <c>torch.nn.Linear</c> stores it.</summary>
public sealed class Linear
{
    private Tensor _input; // [batch * time, in], of the last Forward

    internal Linear(ParameterSet parameters, string name, int inSize, int outSize)
    {
        weight = parameters.Declare(name + ".weight", outSize, inSize);
        bias = parameters.Declare(name + ".bias", outSize);
    }

    /// <summary>The matrix [out, in].</summary>
    public Parameter weight { get; }

    /// <summary>The bias [out].</summary>
    public Parameter bias { get; }

    /// <summary>x [batch * time, in] to [batch * time, out]; keeps the input for <see cref="Backward"/>.</summary>
    public Tensor Forward(Tensor x)
    {
        _input = x;
        using Tensor transposed = weight.ComputeValue.t(); // [in, out], a view
        return bias.ComputeValue.addmm(x, transposed);     // [batch * time, out]
    }

    /// <summary>
    /// Gradient of the output [batch * time, out] to that of the input [batch * time, in]. Adds to the gradients of the parameters, or
    /// replaces them where <paramref name="accumulate"/> is false.
    /// </summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        Gradients.WriteMatrix(weight.Grad, dy, _input, accumulate, weight.IsBFloat16); // [out, in] = dyᵀ x
        Gradients.WriteBias(bias.Grad, dy, accumulate, bias.IsBFloat16);                // [out] = sum of dy over its rows
        return dy.mm(weight.ComputeValue);                                              // [batch * time, in]
    }
}
