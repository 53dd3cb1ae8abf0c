using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Embeddings, blocks and the final layer normalisation (<c>transformer</c> in the checkpoint).</summary>
public sealed class GptNeoModel : IDisposable
{
    private readonly GptNeoConfig _config;
    private readonly GptNeoBlock[] _blocks;
    private Tensor _ids; // [batch * time] int64, of the last Forward

    internal GptNeoModel(ParameterSet parameters, GptNeoConfig config)
    {
        _config = config;
        wte = parameters.Declare("transformer.wte.weight", config.VocabSize, config.HiddenSize);
        wpe = parameters.Declare("transformer.wpe.weight", config.MaxPositionEmbeddings, config.HiddenSize);
        _blocks = [.. config.AttentionLayers.Select((kind, i) => new GptNeoBlock(parameters, $"transformer.h.{i}", config, kind))];
        ln_f = new LayerNorm(parameters, "transformer.ln_f", config.HiddenSize, config.LayerNormEpsilon);
    }

    /// <summary>Token embeddings [vocabulary, hidden]; also the output layer.</summary>
    public Parameter wte { get; }

    /// <summary>Position embeddings [positions, hidden].</summary>
    public Parameter wpe { get; }

    /// <summary>The blocks, in order.</summary>
    public IReadOnlyList<GptNeoBlock> h => _blocks;

    /// <summary>Layer normalisation after the last block.</summary>
    public LayerNorm ln_f { get; }

    /// <summary>
    /// Called with each block whose gradients the backward pass has completed, from the last to the first; null for none.
    /// </summary>
    internal Action<int>? BlockBackwardCompleted { get; set; }

    /// <summary>
    /// ids [batch * time] int64 to the last hidden state [batch * time, hidden]. <paramref name="hiddenStates"/>, where given, receives
    /// what Hugging Face calls by that name: the embeddings, the output of each block but the last, and the result.
    /// </summary>
    public Tensor Forward(Tensor ids, long batch, long length, List<Tensor>? hiddenStates = null, CancellationToken cancellation = default)
    {
        _ids = ids;
        Tensor x = Embed(ids, batch, length, 0);        // [batch * time, hidden]
        foreach (GptNeoBlock block in _blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            hiddenStates?.Add(x);
            x = block.Forward(x, batch, length);        // [batch * time, hidden]
        }

        x = ln_f.Forward(x);                            // [batch * time, hidden]
        hiddenStates?.Add(x);
        return x;
    }

    /// <summary>
    /// Backward pass from the gradient of the last hidden state [batch * time, hidden]. The gradient of <see cref="wte"/> must hold the
    /// output layer's part already; the embedding's part is added to it.
    /// </summary>
    public void Backward(Tensor dy, long batch, long length, bool accumulate, CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dx = ln_f.Backward(dy, accumulate);                     // [batch * time, hidden]
        for (int i = _blocks.Length - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            Tensor before = _blocks[i].Backward(dx, accumulate);       // [batch * time, hidden]
            dx.Dispose();
            dx = before;
            BlockBackwardCompleted?.Invoke(i);
        }

        using Tensor dEmbedded = wte.IsBFloat16 ? dx.to(ScalarType.Float32) : dx.Alias();       // [batch * time, hidden]
        Functional.EmbeddingBackward(wte.Grad, _ids, dEmbedded);                                // [vocabulary, hidden]
        if (!accumulate)
        {
            wpe.Grad.zero_();
        }

        Tensor dPositions = dEmbedded.view(batch, length, _config.HiddenSize).sum(0);           // [time, hidden]
        wpe.Grad.narrow(0, 0, length).add_(dPositions);                                         // [time, hidden] of [positions, hidden]
    }

    /// <summary>ids [time] int64 to [time, hidden] for the next positions of one text, which are then in the cache too.</summary>
    internal Tensor ForwardCached(Tensor ids, KeyValueCache cache)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long length = ids.Numel;
        Tensor x = Embed(ids, 1, length, cache.Length);      // [time, hidden]
        for (int i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].ForwardCached(x, cache, i);       // [time, hidden]
        }

        cache.Advance((int)length);
        return ln_f.Forward(x).MoveToOuterDisposeScope();    // [time, hidden]
    }

    /// <summary>ids [rows] int64 to [rows, hidden] for the next positions of texts in the host's memory, which then have them.</summary>
    internal Tensor ForwardCached(ReadOnlySpan<int> ids, HostTexts texts)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = Ops.Embedding.Call([wte.ComputeValue, torch.tensor(ids, ids.Length)]);                        // [rows, hidden]
        x = x.add_(Ops.Embedding.Call([wpe.ComputeValue, torch.tensor(texts.Positions(), ids.Length)]));         // [rows, hidden]
        for (int i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].ForwardCached(x, texts, i);       // [rows, hidden]
        }

        texts.Advance();
        return ln_f.Forward(x).MoveToOuterDisposeScope();    // [rows, hidden]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GptNeoBlock block in _blocks)
        {
            block.attn.Dispose();
        }
    }

    private Tensor Embed(Tensor ids, long batch, long length, long first)
    {
        if (first + length > _config.MaxPositionEmbeddings)
        {
            throw new ArgumentException($"{first + length} positions where the model knows {_config.MaxPositionEmbeddings}");
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = Ops.Embedding.Call([wte.ComputeValue, ids]);           // [batch * time, hidden]
        Tensor positions = wpe.ComputeValue.narrow(0, first, length);     // [time, hidden]
        x.view(batch, length, _config.HiddenSize).add_(positions);        // [batch, time, hidden]
        return x.MoveToOuterDisposeScope();
    }
}
