namespace DataForge.Pretrain.Model;

/// <summary>A GPT-Neo as generation and export see it, whichever engine computes it.</summary>
public interface ILanguageModel : IDisposable
{
    /// <summary>The model's shape.</summary>
    GptNeoConfig Config { get; }

    /// <summary>The weights; to be read before the model changes.</summary>
    IEnumerable<NamedWeights> Weights { get; }

    /// <summary>An empty text, to which tokens are appended.</summary>
    /// <param name="capacity">The most tokens that it will have, which decides its memory; null for the model's positions.</param>
    ITextState NewText(int? capacity = null);

    /// <summary>
    /// Appends one token to each of several texts of this model and writes the logits after each, [texts, vocabulary]. All texts share one
    /// pass over the weights; what a text is batched with changes its logits by rounding alone.
    /// </summary>
    void AppendToEach(IReadOnlyList<ITextState> texts, ReadOnlySpan<int> tokens, Span<float> logits);
}

/// <summary>The tokens of one text so far, as the model remembers them: the keys and values of each layer.</summary>
public interface ITextState : IDisposable
{
    /// <summary>The most tokens that the text can have.</summary>
    int Capacity { get; }

    /// <summary>The tokens that it has.</summary>
    int Length { get; }

    /// <summary>Empties the text.</summary>
    void Reset();

    /// <summary>Appends tokens [time] and writes the logits [vocabulary] after the last of them.</summary>
    void Append(ReadOnlySpan<int> tokens, Span<float> logits);

    /// <summary>Becomes a copy of another text of the same model and of the same capacity.</summary>
    void CopyFrom(ITextState other);
}

/// <summary>The float32 values of a tensor under its key, wherever its memory is.</summary>
/// <param name="Name">The checkpoint's key.</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="WriteTo">Writes all values to a stream, little-endian, the last dimension fastest.</param>
public sealed record NamedWeights(string Name, IReadOnlyList<long> Shape, Action<Stream> WriteTo);

/// <summary>Receives the consecutive values of a tensor in pieces.</summary>
/// <param name="first">The first value's index in the tensor.</param>
/// <param name="values">The values from there on.</param>
internal delegate void FloatReceiver(long first, ReadOnlySpan<float> values);
