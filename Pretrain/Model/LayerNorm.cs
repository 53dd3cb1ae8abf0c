using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Layer normalisation over the last dimension, as <c>torch.nn.LayerNorm</c> (https://arxiv.org/abs/1607.06450).</summary>
public sealed class LayerNorm
{
    private readonly int _size;
    private readonly double _epsilon;
    private Tensor _input;
    private Tensor _mean;
    private Tensor _rstd;

    internal LayerNorm(ParameterSet parameters, string name, int size, double epsilon)
    {
        _size = size;
        _epsilon = epsilon;
        weight = parameters.Declare(name + ".weight", size);
        bias = parameters.Declare(name + ".bias", size);
    }

    /// <summary>[H].</summary>
    public Parameter weight { get; }

    /// <summary>[H].</summary>
    public Parameter bias { get; }

    /// <summary>[N, H] to [N, H]; keeps the input for <see cref="Backward"/>.</summary>
    public Tensor Forward(Tensor x)
    {
        _input = x;
        (Tensor y, _mean, _rstd) = Functional.LayerNorm(x, _size, weight.ComputeValue, bias.ComputeValue, _epsilon); // [N, H], [N, 1], [N, 1]
        return y;
    }

    /// <summary>[N, H] to [N, H].</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        (Tensor dx, Tensor dw, Tensor db) = Functional.LayerNormBackward(dy, _input, _size, _mean, _rstd, weight.ComputeValue, bias.ComputeValue);
        Gradients.Write(weight.Grad, dw, accumulate); // [H]
        Gradients.Write(bias.Grad, db, accumulate);   // [H]
        dw.Dispose();
        db.Dispose();
        return dx;
    }
}
