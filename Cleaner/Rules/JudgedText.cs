using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Python;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// The text that the rules judge, with what has been computed about it so far. One object is reused for one text after another.
/// </summary>
internal sealed class JudgedText
{
    private readonly ParseFacts _facts = new();
    private ReadOnlyMemory<byte> _text;
    private readonly PythonTokens _tokens = new();
    private bool _isParsed;
    private ParseVerdict _verdict;

    /// <summary>The content's git id; it seeds random choices.</summary>
    public BlobId Id { get; private set; }

    /// <summary>The size of the source, in bytes.</summary>
    public long SourceSize { get; private set; }

    /// <summary>The text that would ship, UTF-8.</summary>
    public ReadOnlySpan<byte> Text => _text.Span;

    /// <summary>Counts of its characters and lines.</summary>
    public TextStatistics Statistics { get; private set; }

    /// <summary>Whether it is Python. The text is parsed at the first request only.</summary>
    public ParseVerdict Verdict
    {
        get
        {
            Parse();
            return _verdict;
        }
    }

    /// <summary>What the parser counted. The text is parsed at the first request only.</summary>
    public ParseFacts Facts
    {
        get
        {
            Parse();
            return _facts;
        }
    }

    /// <summary>The text's tokens; null if it has not been parsed.</summary>
    public PythonTokens? Tokens => _isParsed ? _tokens : null;

    /// <summary>Replaces the text by the next one.</summary>
    /// <param name="id">The git id of the source.</param>
    /// <param name="sourceSize">The size of the source, in bytes.</param>
    /// <param name="text">The text that would ship, UTF-8; it must stay valid while it is judged.</param>
    public void Set(BlobId id, long sourceSize, ReadOnlyMemory<byte> text)
    {
        (Id, SourceSize, _text) = (id, sourceSize, text);
        Statistics = TextStatistics.Of(text.Span);
        _isParsed = false;
    }

    /// <summary>
    /// A number in [0, 1) that depends only on the content and the salt: the first 64 bits of the id, which are uniform already, mixed
    /// with the salt by SplitMix64's finalizer (https://prng.di.unimi.it/splitmix64.c, where the constants come from).
    /// </summary>
    /// <param name="salt">A number of the rule's own, so that two random rules decide independently.</param>
    public double Chance(ulong salt)
    {
        ulong z = Id.Prefix + (salt * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;

        // The upper 53 bits: as many as a double's significand holds.
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    private void Parse()
    {
        if (!_isParsed)
        {
            _verdict = PythonParser.Check(_text.Span, _facts, _tokens);
            _isParsed = true;
        }
    }
}
