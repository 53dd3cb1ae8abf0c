using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// The block's attention. k, v and q have no bias and are adjacent in memory, so that one matrix product computes all three.
/// </summary>
public sealed class GptNeoSelfAttention : IDisposable
{
    private readonly CausalAttention _attention;
    private readonly int _hidden;
    private Tensor _stackedWeight; // [3 * hidden, hidden], a view of k, v and q
    private Tensor _stackedGrad;   // [3 * hidden, hidden], a view of their gradients
    private Tensor _input;         // [batch * time, hidden], of the last Forward

    internal GptNeoSelfAttention(ParameterSet parameters, string name, GptNeoConfig config, AttentionKind kind)
    {
        _attention = new CausalAttention(config.NumHeads, config.HeadSize, kind == AttentionKind.Local ? config.WindowSize : 0);
        int h = _hidden = config.HiddenSize;
        k_proj = parameters.Declare(name + ".k_proj.weight", h, h);
        v_proj = parameters.DeclareAdjacent(name + ".v_proj.weight", h, h);
        q_proj = parameters.DeclareAdjacent(name + ".q_proj.weight", h, h);
        out_proj = new Linear(parameters, name + ".out_proj", h, h);
    }

    /// <summary>The computation after k, v and q.</summary>
    internal CausalAttention Core => _attention;

    /// <summary>Projection to keys, [hidden, hidden].</summary>
    public Parameter k_proj { get; }

    /// <summary>Projection to values, [hidden, hidden].</summary>
    public Parameter v_proj { get; }

    /// <summary>Projection to queries, [hidden, hidden].</summary>
    public Parameter q_proj { get; }

    /// <summary>Projection of the output, [hidden, hidden], with bias.</summary>
    public Linear out_proj { get; }

    /// <summary>Makes the views of k, v and q as one matrix; after the parameters were allocated.</summary>
    internal void BindParameters(ParameterSet parameters)
    {
        _stackedWeight = ParameterSet.Stack(parameters.ComputeValues, k_proj, v_proj, q_proj);
        _stackedGrad = parameters.Grads.IsNull ? default : ParameterSet.Stack(parameters.Grads, k_proj, v_proj, q_proj);
    }

    /// <summary>x [batch * time, hidden] to [batch * time, hidden].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        _input = x;
        using Tensor transposed = _stackedWeight.t();                                     // [hidden, 3 * hidden], a view
        Tensor kvq = x.mm(transposed);                                                    // [batch * time, 3 * hidden]
        Tensor attended = _attention.Forward(kvq, batch, length, k_proj.IsBFloat16);      // [batch * time, hidden]
        return out_proj.Forward(attended);                                                // [batch * time, hidden]
    }

    /// <summary>Gradient of the output [batch * time, hidden] to that of the input.</summary>
    public Tensor Backward(Tensor dy, bool accumulate)
    {
        using Tensor dAttended = out_proj.Backward(dy, accumulate);                       // [batch * time, hidden]
        using Tensor dkvq = _attention.Backward(dAttended);                               // [batch * time, 3 * hidden]
        Gradients.WriteMatrix(_stackedGrad, dkvq, _input, accumulate, k_proj.IsBFloat16); // [3 * hidden, hidden]
        return dkvq.mm(_stackedWeight);                                                   // [batch * time, hidden]
    }

    /// <summary>x [time, hidden] to [time, hidden] for the next positions of one text, whose earlier keys and values are cached.</summary>
    internal Tensor ForwardCached(Tensor x, KeyValueCache cache, int layer)
    {
        using Tensor transposed = _stackedWeight.t();                                     // [hidden, 3 * hidden], a view
        using Tensor kvq = x.mm(transposed);                                              // [time, 3 * hidden]
        Tensor attended = _attention.ForwardCached(kvq, cache, layer, k_proj.IsBFloat16); // [time, hidden]
        return out_proj.Forward(attended);                                                // [time, hidden]
    }

    /// <summary>x [rows, hidden] to [rows, hidden] for the next positions of texts in the host's memory.</summary>
    internal unsafe Tensor ForwardCached(Tensor x, HostTexts texts, int layer)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor kvq = x.mm(_stackedWeight.t());                                            // [rows, 3 * hidden]
        Tensor projected = k_proj.IsBFloat16 ? kvq.to(ScalarType.Float32) : kvq;          // [rows, 3 * hidden]
        Tensor attended = torch.empty([x.Size(0), _hidden]);                              // [rows, hidden]
        fixed (float* k = projected.AsSpan<float>(), output = attended.AsSpan<float>())
        {
            texts.Attend(layer, new ProjectedRows(k, k + _hidden, k + (2 * _hidden), 3 * _hidden, (int)x.Size(0)), output);
        }

        return out_proj.Forward(k_proj.IsBFloat16 ? attended.to(ScalarType.BFloat16) : attended).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _attention.DisposeMasks();
        _stackedWeight.Dispose();
        _stackedGrad.Dispose();
    }
}
