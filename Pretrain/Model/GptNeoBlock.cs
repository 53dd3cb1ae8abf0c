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

    /// <summary>Before the attention.</summary>
    public LayerNorm ln_1 { get; }

    /// <summary>The attention (<c>attn.attention</c> in the checkpoint).</summary>
    public GptNeoSelfAttention attn { get; }

    /// <summary>Before the MLP.</summary>
    public LayerNorm ln_2 { get; }

    /// <summary>The MLP.</summary>
    public GptNeoMLP mlp { get; }

    /// <summary>[B·T, H] to [B·T, H].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        Tensor middle = attn.Forward(ln_1.Forward(x), batch, length).add_(x); // [B·T, H]
        return mlp.Forward(ln_2.Forward(middle)).add_(middle);               // [B·T, H]
    }

    /// <summary>[B·T, H] to [B·T, H].</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dMiddle = ln_2.Backward(mlp.Backward(dy, accumulate), accumulate).add_(dy);
        Tensor dx = ln_1.Backward(attn.Backward(dMiddle, accumulate), accumulate).add_(dMiddle);
        return dx.MoveToOuterDisposeScope();
    }

    /// <summary>[n, H] to [n, H] for the next n positions of one text.</summary>
    internal Tensor ForwardCached(Tensor x, KeyValueCache cache, int layer)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor middle = attn.ForwardCached(ln_1.Forward(x), cache, layer).add_(x);
        return mlp.Forward(ln_2.Forward(middle)).add_(middle).MoveToOuterDisposeScope();
    }
}
