using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using GptNeoConfig = DataForge.Pretrain.Model.GptNeoConfig;
using HostTexts = DataForge.Pretrain.Model.HostTexts;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>One pre-norm block: x += attn(ln_1(x)); x += mlp(ln_2(x)).</summary>
internal sealed class Block : Module<Tensor, Tensor>
{
    /// <summary>Declares the weights.</summary>
    internal Block(GptNeoConfig config, bool isLocal)
        : base(nameof(Block))
    {
        ln_1 = LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        attention = new SelfAttention(config, isLocal);
        ln_2 = LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        mlp = new Mlp(config);
        register_module(nameof(ln_1), ln_1);
        register_module("attn", ModuleDict((nameof(attention), attention)));
        register_module(nameof(ln_2), ln_2);
        register_module(nameof(mlp), mlp);
    }

    /// <summary>Layer normalisation before the attention.</summary>
    public LayerNorm ln_1 { get; }

    /// <summary>The attention (<c>attn.attention</c> in the checkpoint).</summary>
    public SelfAttention attention { get; }

    /// <summary>Layer normalisation before the MLP.</summary>
    public LayerNorm ln_2 { get; }

    /// <summary>The MLP.</summary>
    public Mlp mlp { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) // [batch, time, hidden]
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor middle = attention.call(ln_1.call(x)).add_(x);                       // [batch, time, hidden]
        return mlp.call(ln_2.call(middle)).add_(middle).MoveToOuterDisposeScope();  // [batch, time, hidden]
    }

    /// <summary>x [rows, hidden] to the same, for the next positions of texts.</summary>
    internal Tensor ForwardCached(Tensor x, HostTexts texts, int layer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor middle = attention.ForwardCached(ln_1.call(x), texts, layer).add_(x); // [rows, hidden]
        return mlp.call(ln_2.call(middle)).add_(middle).MoveToOuterDisposeScope();   // [rows, hidden]
    }
}

/// <summary>The block's feed-forward network: a linear layer to the wider MLP, gelu_new, a linear layer back.</summary>
internal sealed class Mlp : Module<Tensor, Tensor>
{
    /// <summary>Declares the weights.</summary>
    internal Mlp(GptNeoConfig config)
        : base(nameof(Mlp))
    {
        c_fc = Linear(config.HiddenSize, config.MlpSize);
        c_proj = Linear(config.MlpSize, config.HiddenSize);
        register_module(nameof(c_fc), c_fc);
        register_module(nameof(c_proj), c_proj);
    }

    /// <summary>hidden to 4 * hidden.</summary>
    public Linear c_fc { get; }

    /// <summary>4 * hidden to hidden.</summary>
    public Linear c_proj { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) // [batch, time, hidden]
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor activated = c_fc.call(x).gelu(global::TorchSharp.Modules.GELU.Approximate.tanh);   // [batch, time, 4 * hidden]
        return c_proj.call(activated).MoveToOuterDisposeScope();       // [batch, time, hidden]
    }
}
