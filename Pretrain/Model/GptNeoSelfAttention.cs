using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// The block's attention half. k, v and q have no bias and lie one behind another, so that one matrix product makes all three.
/// </summary>
public sealed class GptNeoSelfAttention : IDisposable
{
    private readonly CausalAttention _attention;
    private Tensor _stackedWeight;
    private Tensor _stackedGrad;
    private Tensor _input;

    internal GptNeoSelfAttention(ParameterSet parameters, string name, GptNeoConfig config, AttentionKind kind)
    {
        _attention = new CausalAttention(config.NumHeads, config.HeadSize, kind == AttentionKind.Local ? config.WindowSize : 0);
        int h = config.HiddenSize;
        k_proj = parameters.Declare(name + ".k_proj.weight", h, h);
        v_proj = parameters.DeclareAdjacent(name + ".v_proj.weight", h, h);
        q_proj = parameters.DeclareAdjacent(name + ".q_proj.weight", h, h);
        out_proj = new Linear(parameters, name + ".out_proj", h, h);
    }

    /// <summary>What works on k, v and q.</summary>
    internal CausalAttention Core => _attention;

    /// <summary>[H, H].</summary>
    public Parameter k_proj { get; }

    /// <summary>[H, H].</summary>
    public Parameter v_proj { get; }

    /// <summary>[H, H].</summary>
    public Parameter q_proj { get; }

    /// <summary>[H, H], with bias.</summary>
    public Linear out_proj { get; }

    /// <summary>Reads k, v and q as one matrix; once the parameters have their memory.</summary>
    internal void BindParameters(ParameterSet parameters)
    {
        _stackedWeight = ParameterSet.Stack(parameters.ComputeValues, k_proj, v_proj, q_proj); // [3H, H]
        _stackedGrad = parameters.Grads.IsNull ? default : ParameterSet.Stack(parameters.Grads, k_proj, v_proj, q_proj);
    }

    /// <summary>[B·T, H] to [B·T, H].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        _input = x;
        using Tensor transposed = _stackedWeight.t();                             // [H, 3H], a view
        Tensor kvq = x.mm(transposed);                                           // [B·T, 3H]
        return out_proj.Forward(_attention.Forward(kvq, batch, length, k_proj.IsBFloat16));          // [B·T, H]
    }

    /// <summary>[B·T, H] to [B·T, H].</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        using Tensor dSeen = out_proj.Backward(dy, accumulate);                  // [B·T, H]
        using Tensor dkvq = _attention.Backward(dSeen);                           // [B·T, 3H]
        Gradients.WriteMatrix(_stackedGrad, dkvq, _input, accumulate, k_proj.IsBFloat16); // [3H, H]
        return dkvq.mm(_stackedWeight);                                           // [B·T, H]
    }

    /// <summary>[n, H] to [n, H] for the next n positions of one text, whose earlier keys and values are in the cache.</summary>
    internal Tensor ForwardCached(Tensor x, KeyValueCache cache, int layer)
    {
        using Tensor transposed = _stackedWeight.t();                             // [H, 3H], a view
        using Tensor kvq = x.mm(transposed);                                     // [n, 3H]
        return out_proj.Forward(_attention.ForwardCached(kvq, cache, layer, k_proj.IsBFloat16));     // [n, H]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _attention.DisposeMasks();
        _stackedWeight.Dispose();
        _stackedGrad.Dispose();
    }
}
