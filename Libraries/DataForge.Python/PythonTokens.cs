namespace DataForge.Python;

/// <summary>
/// The tokens of the last source given to <see cref="PythonParser.Check(ReadOnlySpan{byte}, ParseFacts, PythonTokens)"/>, for those who
/// need them after the verdict and would have to lex the source again. Comments and line breaks within a logical line are left out. The
/// object is reused for one source after another; memory: 9 bytes per token. Not thread-safe.
/// </summary>
public sealed class PythonTokens
{
    private byte[] _symbols = [];
    private ulong[] _spans = [];
    private int _count;

    /// <summary>
    /// Whether there are tokens: the source is valid Python 3. Then they are those of a <see cref="PythonLexer"/> with
    /// <see cref="LexerOptions.WholeFStrings"/>.
    /// </summary>
    public bool AreKnown { get; private set; }

    /// <summary>Reads the tokens from the first on; valid until the next source.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public PythonTokenReader Read() => AreKnown
        ? new PythonTokenReader(_symbols.AsSpan(0, _count), _spans.AsSpan(0, _count))
        : throw new InvalidOperationException("the source is not Python 3");

    /// <summary>Forgets the tokens of the last source.</summary>
    internal void Clear() => AreKnown = false;

    /// <summary>Takes the tokens of a buffer, which gets the arrays of the source before.</summary>
    internal void Take(ref TokenBuffer buffer)
    {
        _count = buffer.Count;
        buffer.Exchange(ref _symbols, ref _spans);
        AreKnown = true;
    }
}
