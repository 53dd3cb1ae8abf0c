using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>The block's feed-forward half: widen, gelu_new, narrow.</summary>
public sealed class GptNeoMLP
{
    private Tensor _hidden;

    internal GptNeoMLP(ParameterSet parameters, string name, GptNeoConfig config)
    {
        c_fc = new Linear(parameters, name + ".c_fc", config.HiddenSize, config.MlpSize);
        c_proj = new Linear(parameters, name + ".c_proj", config.MlpSize, config.HiddenSize);
    }

    /// <summary>H to 4 H.</summary>
    public Linear c_fc { get; }

    /// <summary>4 H to H.</summary>
    public Linear c_proj { get; }

    /// <summary>[N, H] to [N, H].</summary>
    public Tensor Forward(Tensor x)
    {
        _hidden = c_fc.Forward(x);                          // [N, 4H]
        return c_proj.Forward(Functional.GeluTanh(_hidden)); // [N, H]
    }

    /// <summary>[N, H] to [N, H].</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        using Tensor dActivated = c_proj.Backward(dy, accumulate);                  // [N, 4H]
        using Tensor dHidden = Functional.GeluTanhBackward(dActivated, _hidden);    // [N, 4H]
        return c_fc.Backward(dHidden, accumulate);                                 // [N, H]
    }
}
