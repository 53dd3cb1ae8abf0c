using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Layer normalisation over the last dimension, as <c>torch.nn.LayerNorm</c> (https://arxiv.org/abs/1607.06450).</summary>
public sealed class LayerNorm
{
    private readonly int _size;
    private readonly double _epsilon;
    private Tensor _input; // [batch * time, hidden], of the last Forward
    private Tensor _mean;  // [batch * time, 1]
    private Tensor _rstd;  // [batch * time, 1]: reciprocal standard deviation

    internal LayerNorm(ParameterSet parameters, string name, int size, double epsilon)
    {
        _size = size;
        _epsilon = epsilon;
        weight = parameters.Declare(name + ".weight", size);
        bias = parameters.Declare(name + ".bias", size);
    }

    /// <summary>Scale [hidden].</summary>
    public Parameter weight { get; }

    /// <summary>Offset [hidden].</summary>
    public Parameter bias { get; }

    /// <summary>x [batch * time, hidden] to [batch * time, hidden]; keeps the input for <see cref="Backward"/>.</summary>
    public Tensor Forward(Tensor x)
    {
        _input = x;
        (Tensor y, _mean, _rstd) = Functional.LayerNorm(x, _size, weight.ComputeValue, bias.ComputeValue, _epsilon);
        return y; // [batch * time, hidden]
    }

    /// <summary>Gradient of the output [batch * time, hidden] to that of the input.</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        (Tensor dx, Tensor dw, Tensor db) = Functional.LayerNormBackward(
            dy, _input, _size, _mean, _rstd, weight.ComputeValue, bias.ComputeValue);
        Gradients.Write(weight.Grad, dw, accumulate); // [hidden]
        Gradients.Write(bias.Grad, db, accumulate);   // [hidden]
        dw.Dispose();
        db.Dispose();
        return dx;
    }
}
