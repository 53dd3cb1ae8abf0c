using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using GptNeoConfig = DataForge.Pretrain.Model.GptNeoConfig;
using HostTexts = DataForge.Pretrain.Model.HostTexts;
using ProjectedRows = DataForge.Pretrain.Model.ProjectedRows;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// Causal self-attention. GPT-Neo does not divide the scores by √(head size); the operator does, so the queries are multiplied by it.
/// </summary>
internal sealed class SelfAttention : Module<Tensor, Tensor>
{
    private readonly int _heads;
    private readonly int _window; // positions that a query sees, itself included; 0 means all earlier ones
    private Tensor? _mask;        // [time, time] of the last training batch

    /// <summary>Declares the weights.</summary>
    internal SelfAttention(GptNeoConfig config, bool isLocal)
        : base(nameof(SelfAttention))
    {
        _heads = config.NumHeads;
        _window = isLocal ? config.WindowSize : 0;
        k_proj = Linear(config.HiddenSize, config.HiddenSize, hasBias: false);
        v_proj = Linear(config.HiddenSize, config.HiddenSize, hasBias: false);
        q_proj = Linear(config.HiddenSize, config.HiddenSize, hasBias: false);
        out_proj = Linear(config.HiddenSize, config.HiddenSize);
        register_module(nameof(k_proj), k_proj);
        register_module(nameof(v_proj), v_proj);
        register_module(nameof(q_proj), q_proj);
        register_module(nameof(out_proj), out_proj);
    }

    /// <summary>To keys.</summary>
    public Linear k_proj { get; }

    /// <summary>To values.</summary>
    public Linear v_proj { get; }

    /// <summary>To queries.</summary>
    public Linear q_proj { get; }

    /// <summary>From all heads together to the residual stream.</summary>
    public Linear out_proj { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) // [batch, time, hidden]
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor q, Tensor k, Tensor v) = Project(x);                          // [batch, heads, time, head size] each
        bool hasWindow = _window > 0 && x.shape[1] > _window;
        Tensor? mask = hasWindow ? TrainingMask(x.shape[1]) : null;           // [time, time]
        Tensor seen = functional.scaled_dot_product_attention(q, k, v, mask, is_casual: !hasWindow); // [batch, heads, time, head size]
        return Merge(seen).MoveToOuterDisposeScope();
    }

    /// <summary>x [rows, hidden] to the same, for the next positions of texts.</summary>
    internal unsafe Tensor ForwardCached(Tensor x, HostTexts texts, int layer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor k = k_proj.call(x), v = v_proj.call(x), q = q_proj.call(x);    // [rows, hidden] each
        Tensor seen = empty_like(q);                                          // [rows, hidden]
        int rows = (int)x.shape[0], hidden = (int)x.shape[1];
        ProjectedRows projected = new(TensorMemory.Pointer(k), TensorMemory.Pointer(v), TensorMemory.Pointer(q), hidden, rows);
        texts.Attend(layer, projected, TensorMemory.Pointer(seen));
        return out_proj.call(seen).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _mask?.Dispose();
        base.Dispose(disposing);
    }

    private (Tensor Q, Tensor K, Tensor V) Project(Tensor x)
    {
        Tensor q = SplitHeads(q_proj.call(x));
        return (q.mul_(Math.Sqrt(q.shape[3])), SplitHeads(k_proj.call(x)), SplitHeads(v_proj.call(x)));
    }

    /// <summary>[batch, time, hidden] to [batch, heads, time, head size], a view.</summary>
    private Tensor SplitHeads(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);

    /// <summary>[batch, heads, time, head size] to [batch, time, hidden].</summary>
    private Tensor Merge(Tensor seen) => out_proj.call(seen.transpose(1, 2).flatten(2));

    private Tensor TrainingMask(long time)
    {
        if (_mask is null || _mask.shape[0] != time)
        {
            _mask?.Dispose();
            _mask = AttentionMask.Create(time, _window).DetachFromDisposeScope();
        }

        return _mask;
    }
}
