using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Embeddings, blocks and the last LayerNorm (<c>transformer</c> in the checkpoint).</summary>
public sealed class GptNeoModel : IDisposable
{
    private readonly GptNeoConfig _config;
    private readonly GptNeoBlock[] _blocks;
    private Tensor _ids;

    internal GptNeoModel(ParameterSet parameters, GptNeoConfig config)
    {
        _config = config;
        wte = parameters.Declare("transformer.wte.weight", config.VocabSize, config.HiddenSize);
        wpe = parameters.Declare("transformer.wpe.weight", config.MaxPositionEmbeddings, config.HiddenSize);
        _blocks = [.. config.AttentionLayers.Select((kind, i) => new GptNeoBlock(parameters, $"transformer.h.{i}", config, kind))];
        ln_f = new LayerNorm(parameters, "transformer.ln_f", config.HiddenSize, config.LayerNormEpsilon);
    }

    /// <summary>[V, H]; the output layer too.</summary>
    public Parameter wte { get; }

    /// <summary>[P, H].</summary>
    public Parameter wpe { get; }

    /// <summary>The blocks.</summary>
    public IReadOnlyList<GptNeoBlock> h => _blocks;

    /// <summary>After the last block.</summary>
    public LayerNorm ln_f { get; }

    /// <summary>Told each block whose gradients the backward pass has finished, from the last to the first; null tells nobody.</summary>
    internal Action<int>? BlockBackwardCompleted { get; set; }

    /// <summary>
    /// ids [B·T] int64 to the last hidden state [B·T, H]. <paramref name="hiddenStates"/>, where given, takes what Hugging Face calls
    /// by that name: the embeddings, each block's output but the last's, and the result.
    /// </summary>
    public Tensor Forward(Tensor ids, long batch, long length, List<Tensor>? hiddenStates = null, CancellationToken cancellation = default)
    {
        _ids = ids;
        Tensor x = Embed(ids, batch, length, 0);        // [B·T, H]
        foreach (GptNeoBlock block in _blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            hiddenStates?.Add(x);
            x = block.Forward(x, batch, length);        // [B·T, H]
        }

        x = ln_f.Forward(x);                            // [B·T, H]
        hiddenStates?.Add(x);
        return x;
    }

    /// <summary>
    /// Takes the gradient of the last hidden state [B·T, H]. The gradient of <see cref="wte"/> must hold the output layer's part
    /// already; the embedding's is added to it.
    /// </summary>
    public void Backward(Tensor dy, long batch, long length, bool accumulate, CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dx = ln_f.Backward(dy, accumulate);
        for (int i = _blocks.Length - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            Tensor before = _blocks[i].Backward(dx, accumulate);
            dx.Dispose();
            dx = before;
            BlockBackwardCompleted?.Invoke(i);
        }

        using Tensor wide = wte.IsBFloat16 ? dx.to(ScalarType.Float32) : dx.Alias();
        Functional.EmbeddingBackward(wte.Grad, _ids, wide);                                   // [V, H]
        if (!accumulate)
        {
            wpe.Grad.zero_();
        }

        wpe.Grad.narrow(0, 0, length).add_(wide.view(batch, length, _config.HiddenSize).sum(0)); // [T, H] of [P, H]
    }

    /// <summary>ids [n] to [n, H] for the next n positions of one text, which the cache then holds too.</summary>
    internal Tensor ForwardCached(Tensor ids, KeyValueCache cache)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long length = ids.Numel;
        Tensor x = Embed(ids, 1, length, cache.Length); // [n, H]
        for (int i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].ForwardCached(x, cache, i);        // [n, H]
        }

        cache.Advance((int)length);
        return ln_f.Forward(x).MoveToOuterDisposeScope();
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
        Tensor tokens = Ops.Embedding.Call([wte.ComputeValue, ids]);                                // [B·T, H]
        tokens.view(batch, length, _config.HiddenSize).add_(wpe.ComputeValue.narrow(0, first, length)); // + [T, H]
        return tokens.MoveToOuterDisposeScope();
    }
}
