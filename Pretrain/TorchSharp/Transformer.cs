using DataForge.Pretrain.Model;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Embedding = TorchSharp.Modules.Embedding;
using LayerNorm = TorchSharp.Modules.LayerNorm;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>Embeddings, blocks and the final layer normalisation (<c>transformer</c> in the checkpoint).</summary>
internal sealed class Transformer : Module
{
    private readonly List<Block> _blocks = [];

    /// <summary>Declares the weights.</summary>
    internal Transformer(GptNeoConfig config)
        : base(nameof(Transformer))
    {
        wte = Embedding(config.VocabSize, config.HiddenSize);
        wpe = Embedding(config.MaxPositionEmbeddings, config.HiddenSize);
        ln_f = LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        foreach (AttentionKind kind in config.AttentionLayers)
        {
            _blocks.Add(new Block(config, kind == AttentionKind.Local));
        }

        register_module(nameof(wte), wte);
        register_module(nameof(wpe), wpe);
        register_module(nameof(h), ModuleList<Block>([.. _blocks]));
        register_module(nameof(ln_f), ln_f);
    }

    /// <summary>Token embeddings [vocabulary, hidden]; also the output layer.</summary>
    public Embedding wte { get; }

    /// <summary>Position embeddings [positions, hidden].</summary>
    public Embedding wpe { get; }

    /// <summary>The blocks, in order.</summary>
    public IReadOnlyList<Block> h => _blocks;

    /// <summary>Layer normalisation after the last block.</summary>
    public LayerNorm ln_f { get; }

    /// <summary>ids [batch, time] int64 to [batch, time, hidden].</summary>
    internal Tensor Embed(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return Embed(ids, arange(ids.shape[1], ScalarType.Int64)).MoveToOuterDisposeScope();
    }

    /// <summary>ids [..., time] int64 at positions [time] int64 to [..., time, hidden].</summary>
    internal Tensor Embed(Tensor ids, Tensor positions)
    {
        using DisposeScope scope = NewDisposeScope();
        return wte.call(ids).add_(wpe.call(positions)).MoveToOuterDisposeScope();           // [..., time, hidden]
    }

    /// <summary>The embedded tokens [batch, time, hidden] to the last hidden state [batch, time, hidden].</summary>
    internal Tensor Forward(Tensor embedded, CancellationToken cancellation = default)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = embedded;
        foreach (Block block in h)
        {
            cancellation.ThrowIfCancellationRequested();
            x = block.call(x);                               // [batch, time, hidden]
        }

        return ln_f.call(x).MoveToOuterDisposeScope();       // [batch, time, hidden]
    }
}
