using System.Text;
using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Tests.Generation;

/// <summary>
/// A model over single bytes that knows some texts: after the beginning of one or several of them, the next byte of each is equally
/// likely, and after a whole text or anything else the end of the document.
/// </summary>
internal sealed class ScriptedModel(params string[] texts) : ILanguageModel
{
    private readonly byte[][] _texts = [.. texts.Select(Encoding.UTF8.GetBytes)];

    /// <inheritdoc/>
    public GptNeoConfig Config { get; } = new()
    {
        VocabSize = 257,
        MaxPositionEmbeddings = 400,
        HiddenSize = 8,
        NumLayers = 1,
        NumHeads = 1,
        AttentionLayers = [AttentionKind.Global],
        BosTokenId = 256,
        EosTokenId = 256,
    };

    /// <summary>The logit of the bytes that no text has next, which have 0.</summary>
    public float Unlikely { get; init; } = -100;

    /// <inheritdoc/>
    public IEnumerable<NamedWeights> Weights => [];

    /// <inheritdoc/>
    public ITextState NewText(int? capacity = null) => new Text(this);

    /// <inheritdoc/>
    public void AppendToEach(IReadOnlyList<ITextState> texts, ReadOnlySpan<int> tokens, Span<float> logits) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Predict(byte[] text, Span<float> logits)
    {
        logits.Fill(Unlikely);
        foreach (byte[] known in _texts)
        {
            if (known.AsSpan().StartsWith(text))
            {
                logits[known.Length > text.Length ? known[text.Length] : Config.EosTokenId] = 0;
            }
        }

        if (logits.IndexOf(0f) < 0)
        {
            logits[Config.EosTokenId] = 0;
        }
    }

    private sealed class Text(ScriptedModel model) : ITextState
    {
        private readonly List<byte> _bytes = [];

        /// <inheritdoc/>
        public int Capacity => model.Config.MaxPositionEmbeddings;

        /// <inheritdoc/>
        public int Length => _bytes.Count;

        /// <inheritdoc/>
        public void Reset() => _bytes.Clear();

        /// <inheritdoc/>
        public void Append(ReadOnlySpan<int> tokens, Span<float> logits)
        {
            foreach (int token in tokens)
            {
                if (token < 256) // the token that begins a document is not text
                {
                    _bytes.Add((byte)token);
                }
            }

            model.Predict([.. _bytes], logits);
        }

        /// <inheritdoc/>
        public void CopyFrom(ITextState other) => throw new NotSupportedException();

        /// <inheritdoc/>
        public void Dispose()
        {
        }
    }
}
