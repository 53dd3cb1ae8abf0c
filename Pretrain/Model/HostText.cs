namespace DataForge.Pretrain.Model;

/// <summary>A model that extends texts whose keys and values are in the host's memory.</summary>
internal interface IHostModel
{
    /// <summary>The model's shape.</summary>
    GptNeoConfig Config { get; }

    /// <summary>
    /// Appends tokens [texts * rows] and writes the logits after each text's last token, [texts, vocabulary].
    /// </summary>
    void Append(IReadOnlyList<HostTextCache> texts, int rows, ReadOnlySpan<int> tokens, Span<float> logits);
}

/// <summary>A text over a <see cref="HostTextCache"/>: appending a token computes one position, not all.</summary>
internal sealed class HostText : ITextState
{
    private readonly IHostModel _model;
    private readonly HostTextCache _cache;

    /// <summary>An empty text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="capacity">The most positions.</param>
    internal HostText(IHostModel model, int capacity)
    {
        _model = model;
        _cache = new HostTextCache(model.Config, capacity);
    }

    /// <inheritdoc/>
    public int Capacity => _cache.Capacity;

    /// <inheritdoc/>
    public int Length => _cache.Length;

    /// <inheritdoc/>
    public void Reset() => _cache.Reset();

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<int> tokens, Span<float> logits) => _model.Append([_cache], tokens.Length, tokens, logits);

    /// <inheritdoc/>
    public void CopyFrom(ITextState other) => _cache.CopyFrom(((HostText)other)._cache);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    /// <summary>Appends one token to each of several texts of a model.</summary>
    internal static void AppendToEach(
        IHostModel model, IReadOnlyList<ITextState> texts, ReadOnlySpan<int> tokens, Span<float> logits) =>
        model.Append([.. texts.Select(text => ((HostText)text)._cache)], 1, tokens, logits);
}
