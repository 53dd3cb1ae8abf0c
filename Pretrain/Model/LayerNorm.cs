using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Layer normalisation over the last dimension, as <c>torch.nn.LayerNorm</c> (https://arxiv.org/abs/1607.06450).</summary>
public sealed class LayerNorm
{
    private readonly int size;
    private readonly double epsilon;
    private Tensor input;
    private Tensor mean;
    private Tensor rstd;

    internal LayerNorm(ParameterSet parameters, string name, int size, double epsilon)
    {
        this.size = size;
        this.epsilon = epsilon;
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
        input = x;
        (Tensor y, mean, rstd) = Functional.LayerNorm(x, size, weight.Work, bias.Work, epsilon); // [N, H], [N, 1], [N, 1]
        return y;
    }

    /// <summary>[N, H] to [N, H].</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        (Tensor dx, Tensor dw, Tensor db) = Functional.LayerNormBackward(dy, input, size, mean, rstd, weight.Work, bias.Work);
        Gradients.Of(weight.Grad, dw, accumulate); // [H]
        Gradients.Of(bias.Grad, db, accumulate);   // [H]
        dw.Dispose();
        db.Dispose();
        return dx;
    }
}
