using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// The block's attention half. k, v and q have no bias and lie one behind another, so that one matrix product makes all three.
/// </summary>
public sealed class GptNeoSelfAttention : IDisposable
{
    private readonly int heads;
    private readonly int headSize;
    private readonly int window;
    private readonly CausalAttention attention = new();
    private Tensor stackedWeight;
    private Tensor stackedGrad;
    private Tensor input;
    private Tensor kvq;

    internal GptNeoSelfAttention(ParameterSet parameters, string name, GptNeoConfig config, AttentionKind kind)
    {
        heads = config.NumHeads;
        headSize = config.HeadSize;
        window = kind == AttentionKind.Local ? config.WindowSize : 0;
        int h = config.HiddenSize;
        k_proj = parameters.Declare(name + ".k_proj.weight", h, h);
        v_proj = parameters.DeclareNext(name + ".v_proj.weight", h, h);
        q_proj = parameters.DeclareNext(name + ".q_proj.weight", h, h);
        out_proj = new Linear(parameters, name + ".out_proj", h, h);
    }

    /// <summary>[H, H].</summary>
    public Parameter k_proj { get; }

    /// <summary>[H, H].</summary>
    public Parameter v_proj { get; }

    /// <summary>[H, H].</summary>
    public Parameter q_proj { get; }

    /// <summary>[H, H], with bias.</summary>
    public Linear out_proj { get; }

    /// <summary>Reads k, v and q as one matrix; once the parameters have their memory.</summary>
    internal void Bind(ParameterSet parameters)
    {
        stackedWeight = ParameterSet.Stack(parameters.Values, k_proj, v_proj, q_proj); // [3H, H]
        stackedGrad = parameters.Grads.IsNull ? default : ParameterSet.Stack(parameters.Grads, k_proj, v_proj, q_proj);
    }

    /// <summary>[B·T, H] to [B·T, H].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        input = x;
        kvq = Project(x, batch, length);                                         // [3, G, T, d]
        using Tensor k = kvq.select(0, 0);                                       // [G, T, d]
        using Tensor v = kvq.select(0, 1);
        using Tensor q = kvq.select(0, 2);
        using Tensor seen = attention.Forward(q, k, v, window);                  // [G, T, d]
        return out_proj.Forward(Join(seen, batch, length));                      // [B·T, H]
    }

    /// <summary>[B·T, H] to [B·T, H].</summary>
    public Tensor Backward(Tensor dy, long batch, long length, bool accumulate)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dJoined = out_proj.Backward(dy, accumulate);                      // [B·T, H]
        Tensor dSeen = dJoined.view(batch, length, heads, headSize).permute(0, 2, 1, 3)
            .reshape(batch * heads, length, headSize);                           // [G, T, d]
        Tensor dkvq = torch.empty([3, batch * heads, length, headSize], device: dy.Device);
        attention.Backward(
            dSeen, kvq.select(0, 2), kvq.select(0, 0), kvq.select(0, 1), dkvq.select(0, 2), dkvq.select(0, 0), dkvq.select(0, 1), window);
        Tensor dStacked = dkvq.view(3, batch, heads, length, headSize).permute(1, 3, 0, 2, 4)
            .reshape(batch * length, 3L * heads * headSize);                     // [B·T, 3H]
        Gradients.OfMatrix(stackedGrad, dStacked, input, accumulate);            // [3H, H]
        return dStacked.mm(stackedWeight).MoveToOuterDisposeScope();             // [B·T, H]
    }

    /// <summary>[n, H] to [n, H] for the next n positions of one text, whose earlier keys and values are in the cache.</summary>
    internal Tensor ForwardCached(Tensor x, KeyValueCache cache, int layer)
    {
        long length = x.Size(0);
        using Tensor next = Project(x, 1, length);                               // [3, heads, n, d]
        using Tensor q = next.select(0, 2);                                      // [heads, n, d]
        using Tensor keysAndValues = cache.Append(layer, next.narrow(0, 0, 2));  // [2, heads, past + n, d]
        using Tensor k = keysAndValues.select(0, 0);
        using Tensor v = keysAndValues.select(0, 1);
        using Tensor seen = attention.Forward(q, k, v, window);                  // [heads, n, d]
        return out_proj.Forward(Join(seen, 1, length));                          // [n, H]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        attention.Clear();
        stackedWeight.Dispose();
        stackedGrad.Dispose();
    }

    private Tensor Project(Tensor x, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return x.mm(stackedWeight.t())                                           // [B·T, 3H]
            .view(batch, length, 3, heads, headSize).permute(2, 0, 3, 1, 4)      // [3, B, heads, T, d], strided
            .reshape(3, batch * heads, length, headSize)                         // [3, G, T, d]
            .MoveToOuterDisposeScope();
    }

    private Tensor Join(Tensor seen, long batch, long length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return seen.view(batch, heads, length, headSize).permute(0, 2, 1, 3)     // [B, T, heads, d], strided
            .reshape(batch * length, (long)heads * headSize)                     // [B·T, H]
            .MoveToOuterDisposeScope();
    }
}
