using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Layer normalisation over the last dimension, as <c>torch.nn.LayerNorm</c> (https://arxiv.org/abs/1607.06450). Of bfloat16 on a CPU, it
/// is computed in float32 with the float32 parameters: that is more exact, and libtorch 1.13 takes seven times as long in bfloat16.
/// </summary>
public sealed class LayerNorm
{
    private readonly int _size;
    private readonly double _epsilon;
    private bool _isWidened; // whether the last Forward computed in float32 what is bfloat16
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
        _isWidened = Functional.IsBFloat16OnCpu(x);
        _input = _isWidened ? x.to(ScalarType.Float32) : x;
        (Tensor y, _mean, _rstd) = Functional.LayerNorm(_input, _size, Scale, Offset, _epsilon);
        return AsComputed(y); // [batch * time, hidden]
    }

    /// <summary>Gradient of the output [batch * time, hidden] to that of the input.</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        using Tensor gradient = _isWidened ? dy.to(ScalarType.Float32) : dy.Alias(); // [batch * time, hidden]
        (Tensor dx, Tensor dw, Tensor db) = Functional.LayerNormBackward(gradient, _input, _size, _mean, _rstd, Scale, Offset);
        Gradients.Write(weight.Grad, dw, accumulate); // [hidden]
        Gradients.Write(bias.Grad, db, accumulate);   // [hidden]
        dw.Dispose();
        db.Dispose();
        return AsComputed(dx); // [batch * time, hidden]
    }

    private Tensor Scale => _isWidened ? weight.Value : weight.ComputeValue;

    private Tensor Offset => _isWidened ? bias.Value : bias.ComputeValue;

    /// <summary>The result in the element type of the model; takes the place of <paramref name="result"/>.</summary>
    private Tensor AsComputed(Tensor result)
    {
        if (!_isWidened)
        {
            return result;
        }

        using Tensor wide = result;
        return wide.to(ScalarType.BFloat16);
    }
}
