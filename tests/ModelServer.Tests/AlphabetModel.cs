using DataForge.Pretrain.Model;

namespace DataForge.ModelServer.Tests;

/// <summary>
/// A model for tests, over bytes: after a letter it most likely writes the next one of the alphabet, after anything else an 'a'. A step can be
/// made to wait or to fail.
/// </summary>
internal sealed class AlphabetModel(int vocabulary) : ILanguageModel
{
    private const float Likely = 4;

    public GptNeoConfig Config { get; } = new()
    {
        VocabSize = vocabulary, HiddenSize = 2, NumLayers = 1, NumHeads = 1, AttentionLayers = [AttentionKind.Global],
        MaxPositionEmbeddings = 256, BosTokenId = vocabulary - 1, EosTokenId = vocabulary - 1,
    };

    public IEnumerable<NamedWeights> Weights => [];

    /// <summary>Called before each step with the number of texts.</summary>
    public Action<int>? BeforeStep { get; set; }

    public ITextState NewText(int? capacity = null) => new State(this, capacity ?? Config.MaxPositionEmbeddings);

    public void AppendToEach(IReadOnlyList<ITextState> texts, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        BeforeStep?.Invoke(texts.Count);
        for (int i = 0; i < texts.Count; i++)
        {
            texts[i].Append(tokens.Slice(i, 1), logits.Slice(i * Config.VocabSize, Config.VocabSize));
        }
    }

    public void Dispose()
    {
    }

    private sealed class State(AlphabetModel model, int capacity) : ITextState
    {
        public int Capacity => capacity;

        public int Length { get; private set; }

        public void Reset() => Length = 0;

        public void Append(ReadOnlySpan<int> tokens, Span<float> logits)
        {
            Length += tokens.Length;
            Assert.InRange(Length, 1, capacity);
            int last = tokens[^1];
            logits.Clear();
            logits[last is >= 'a' and < 'z' ? last + 1 : 'a'] = Likely;
            logits[model.Config.EosTokenId] = -100;
        }

        public void CopyFrom(ITextState other) => Length = other.Length;

        public void Dispose()
        {
        }
    }
}
