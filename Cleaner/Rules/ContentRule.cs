using System.Globalization;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Python;

namespace DataForge.Cleaner.Rules;

/// <summary>Why something left: the rule, what it measured, and what it held that against.</summary>
internal readonly record struct Finding(string Rule, string Value, string Threshold)
{
    /// <summary>A finding of two numbers, written the same everywhere.</summary>
    public static Finding Of(string rule, double value, double threshold) => new(rule, Number(value), Number(threshold));

    /// <summary>A number as it is written everywhere.</summary>
    public static string Number(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);
}

/// <summary>A text under judgement, with what is known of it so far. One object serves one text after another.</summary>
internal sealed class JudgedText
{
    private readonly ParseFacts _facts = new();
    private ReadOnlyMemory<byte> _text;
    private bool _isParsed;
    private ParseVerdict _verdict;

    /// <summary>The content's id, which seeds what is random.</summary>
    public BlobId Id { get; private set; }

    /// <summary>Bytes of the source.</summary>
    public long SourceSize { get; private set; }

    /// <summary>The text that would ship.</summary>
    public ReadOnlySpan<byte> Text => _text.Span;

    /// <summary>Its statistics.</summary>
    public TextStatistics Statistics { get; private set; }

    /// <summary>Whether it is Python; found out when first asked.</summary>
    public ParseVerdict Verdict
    {
        get
        {
            Parse();
            return _verdict;
        }
    }

    /// <summary>What the parser met.</summary>
    public ParseFacts Facts
    {
        get
        {
            Parse();
            return _facts;
        }
    }

    /// <summary>Takes the next text.</summary>
    public void Set(BlobId id, long sourceSize, ReadOnlyMemory<byte> text)
    {
        (Id, SourceSize, _text) = (id, sourceSize, text);
        Statistics = TextStatistics.Of(text.Span);
        _isParsed = false;
    }

    private void Parse()
    {
        if (!_isParsed)
        {
            _verdict = PythonParser.Check(_text.Span, _facts);
            _isParsed = true;
        }
    }
}

/// <summary>A rule about text. It judges without taking memory; only a finding takes some.</summary>
internal abstract class ContentRule
{
    /// <summary>The rule as it applies.</summary>
    public abstract AppliedRule Applied { get; }

    /// <summary>Says why the text must leave, or null.</summary>
    public abstract Finding? Judge(JudgedText text);

    /// <summary>What the rule measures of a text, whether or not it passes; for explanations.</summary>
    public virtual string Measure(JudgedText text) => Judge(text)?.Value ?? "none";

    /// <summary>
    /// A number in [0, 1) that depends on the content and the rule alone: the id's first 64 bits, uniform already, stirred with the rule's salt by
    /// SplitMix64's finalizer (https://prng.di.unimi.it/splitmix64.c).
    /// </summary>
    protected static double Chance(BlobId id, ulong salt)
    {
        ulong z = id.Prefix + (salt * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
