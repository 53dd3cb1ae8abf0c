using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>One pre-norm block: x += attn(ln_1(x)); x += mlp(ln_2(x)).</summary>
public sealed class GptNeoBlock
{
    internal GptNeoBlock(ParameterSet parameters, string name, GptNeoConfig config, AttentionKind kind)
    {
        ln_1 = new LayerNorm(parameters, name + ".ln_1", config.HiddenSize, config.LayerNormEpsilon);
        attn = new GptNeoSelfAttention(parameters, name + ".attn.attention", config, kind);
        ln_2 = new LayerNorm(parameters, name + ".ln_2", config.HiddenSize, config.LayerNormEpsilon);
        mlp = new GptNeoMLP(parameters, name + ".mlp", config);
    }

    /// <summary>Layer normalisation before the attention.</summary>
    public LayerNorm ln_1 { get; }

    /// <summary>The attention (<c>attn.attention</c> in the checkpoint).</summary>
    public GptNeoSelfAttention attn { get; }

    /// <summary>Layer normalisation before the MLP.</summary>
    public LayerNorm ln_2 { get; }

    /// <summary>The MLP.</summary>
    public GptNeoMLP mlp { get; }

    /// <summary>x [batch * time, hidden] to [batch * time, hidden].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        Tensor middle = attn.Forward(ln_1.Forward(x), batch, length).add_(x); // [batch * time, hidden]
        return mlp.Forward(ln_2.Forward(middle)).add_(middle);                // [batch * time, hidden]
    }

    /// <summary>Gradient of the output [batch * time, hidden] to that of the input.</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dMiddle = ln_2.Backward(mlp.Backward(dy, accumulate), accumulate).add_(dy);       // [batch * time, hidden]
        Tensor dx = ln_1.Backward(attn.Backward(dMiddle, accumulate), accumulate).add_(dMiddle); // [batch * time, hidden]
        return dx.MoveToOuterDisposeScope();
    }

    /// <summary>x [time, hidden] to [time, hidden] for the next positions of one text, whose earlier ones are in the cache.</summary>
    internal Tensor ForwardCached(Tensor x, KeyValueCache cache, int layer)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor middle = attn.ForwardCached(ln_1.Forward(x), cache, layer).add_(x);       // [time, hidden]
        return mlp.Forward(ln_2.Forward(middle)).add_(middle).MoveToOuterDisposeScope(); // [time, hidden]
    }

    /// <summary>x [rows, hidden] to [rows, hidden] for the next positions of texts in the host's memory.</summary>
    internal Tensor ForwardCached(Tensor x, HostTexts texts, int layer)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor middle = attn.ForwardCached(ln_1.Forward(x), texts, layer).add_(x);       // [rows, hidden]
        return mlp.Forward(ln_2.Forward(middle)).add_(middle).MoveToOuterDisposeScope(); // [rows, hidden]
    }
}
