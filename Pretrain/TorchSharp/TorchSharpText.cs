using DataForge.Pretrain.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>A text with the keys and values of its positions, so that appending a token computes one position, not all.</summary>
internal sealed class TorchSharpText : ITextState
{
    private readonly TorchSharpModel _model;
    private readonly Tensor[] _keys;   // [1, heads, positions, head size] a layer
    private readonly Tensor[] _values; // [1, heads, positions, head size] a layer
    private long _length;

    /// <summary>An empty text of a model.</summary>
    internal TorchSharpText(TorchSharpModel model)
    {
        _model = model;
        GptNeoConfig config = model.Config;
        _keys = [.. config.AttentionLayers.Select(_ => Allocate())];
        _values = [.. config.AttentionLayers.Select(_ => Allocate())];

        Tensor Allocate() => zeros(1, config.NumHeads, config.MaxPositionEmbeddings, config.HeadSize).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public int Capacity => _model.Config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public void Reset() => _length = 0;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        if (_length + tokens.Length > Capacity)
        {
            throw new ArgumentException($"{_length + tokens.Length} positions where the model knows {Capacity}");
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        Tensor ids = tensor(tokens.ToArray(), [1, tokens.Length], ScalarType.Int64);                 // [1, time]
        Tensor x = _model.transformer.Embed(ids, _length);                                           // [1, time, hidden]
        for (int i = 0; i < _keys.Length; i++)
        {
            x = _model.transformer.h[i].ForwardCached(x, _keys[i], _values[i], _length);             // [1, time, hidden]
        }

        _length += tokens.Length;
        Tensor last = _model.transformer.ln_f.call(x.narrow(1, tokens.Length - 1, 1)).flatten(0, 1); // [1, hidden]
        TensorMemory.Floats(last.mm(_model.Parameters["transformer.wte.weight"].t())).CopyTo(logits); // [1, vocabulary]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }
}
