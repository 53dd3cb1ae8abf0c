using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>The block's feed-forward network: a linear layer to the wider MLP, gelu_new, a linear layer back.</summary>
public sealed class GptNeoMLP
{
    private Tensor _hidden; // [batch * time, 4 * hidden], of the last Forward

    internal GptNeoMLP(ParameterSet parameters, string name, GptNeoConfig config)
    {
        c_fc = new Linear(parameters, name + ".c_fc", config.HiddenSize, config.MlpSize);
        c_proj = new Linear(parameters, name + ".c_proj", config.MlpSize, config.HiddenSize);
    }

    /// <summary>hidden to 4 * hidden.</summary>
    public Linear c_fc { get; }

    /// <summary>4 * hidden to hidden.</summary>
    public Linear c_proj { get; }

    /// <summary>x [batch * time, hidden] to [batch * time, hidden].</summary>
    public Tensor Forward(Tensor x)
    {
        _hidden = c_fc.Forward(x);                       // [batch * time, 4 * hidden]
        Tensor activated = Functional.GeluTanh(_hidden); // [batch * time, 4 * hidden]
        return c_proj.Forward(activated);                // [batch * time, hidden]
    }

    /// <summary>Gradient of the output [batch * time, hidden] to that of the input.</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        using Tensor dActivated = c_proj.Backward(dy, accumulate);               // [batch * time, 4 * hidden]
        using Tensor dHidden = Functional.GeluTanhBackward(dActivated, _hidden); // [batch * time, 4 * hidden]
        return c_fc.Backward(dHidden, accumulate);                               // [batch * time, hidden]
    }
}
