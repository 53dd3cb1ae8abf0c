namespace DataForge.Pretrain.Model;

/// <summary>A GPT-Neo as generation and export see it, whichever engine computes it.</summary>
public interface ILanguageModel : IDisposable
{
    /// <summary>The model's shape.</summary>
    GptNeoConfig Config { get; }

    /// <summary>The weights; to be read before the model changes.</summary>
    IEnumerable<NamedWeights> Weights { get; }

    /// <summary>An empty text, to which tokens are appended.</summary>
    ITextState NewText();
}

/// <summary>The tokens of one text so far, as the model remembers them: the keys and values of each layer.</summary>
public interface ITextState : IDisposable
{
    /// <summary>The most tokens that the text can have: the model's positions.</summary>
    int Capacity { get; }

    /// <summary>Empties the text.</summary>
    void Reset();

    /// <summary>Appends tokens [time] and writes the logits [vocabulary] after the last of them.</summary>
    void Append(ReadOnlySpan<int> tokens, Span<float> logits);
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
