using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Rules;
using DataForge.Corpus.Counts;

namespace DataForge.Cleaner.Text;

/// <summary>
/// Turns a source into the text that ships, one step after another: <see cref="Decode"/>, <see cref="StripHeader"/>, <see
/// cref="Redact"/>. One object is reused for one source after another; not safe from several threads.
/// </summary>
/// <param name="settings">The settings of the run: whether licence headers are stripped.</param>
/// <param name="redacts">Whether the run redacts.</param>
internal sealed class ShippedText(RuleSettings settings, bool redacts)
{
    private readonly bool _strips = settings.IsOn(LicenseHeader.StripLicenseHeader);
    private readonly SourceText _text = new();
    private readonly Redactor _redactor = new();

    /// <summary>The text as the steps taken so far leave it, UTF-8; valid until the next step.</summary>
    public ReadOnlySpan<byte> Text => _text.Text;

    /// <summary>The same as memory.</summary>
    public ReadOnlyMemory<byte> Memory => _text.Memory;

    /// <summary>Whether the text differs from the source.</summary>
    public bool IsChanged => _text.IsChanged;

    /// <summary>The encoding of the source, by Python's name for it.</summary>
    public string Encoding => _text.Encoding;

    /// <summary>The licence header of the decoded text; empty if the source is no text. Valid until the next step.</summary>
    public ReadOnlySpan<byte> Header
    {
        get
        {
            ReadOnlySpan<byte> header = _text.Fault is null ? LicenseHeader.Of(_text.Text) : [];
            return header[..LicensesBelow.EndOfHeader(header)];
        }
    }

    /// <summary>What the last <see cref="Redact"/> replaced, at its place in the text before; in order.</summary>
    public IReadOnlyList<Secret> Redacted => _redactor.Replaced;

    /// <summary>Decodes a source; gives why it is no text, or null if it is.</summary>
    public Finding? Decode(ReadOnlySpan<byte> source)
    {
        _text.Decode(source);
        return _text.Fault;
    }

    /// <summary>Removes the licence header, where the run does.</summary>
    public void StripHeader()
    {
        if (_strips && LicenseHeader.StripRange(_text.Text) is { End: > 0 } range)
        {
            _text.Remove(range.Start, range.End);
        }
    }

    /// <summary>Replaces personal data and secrets, where the run does; false if nothing was replaced.</summary>
    public bool Redact() => redacts && _redactor.Redact(_text);

    /// <summary>Adds what the last <see cref="Redact"/> replaced to counts.</summary>
    /// <param name="add">Adds to a count.</param>
    public void AddRedactionsTo(Action<CountName, long> add)
    {
        add(CountName.RedactedContents, 1);
        for (SecretKind kind = 0; (int)kind < _redactor.Counts.Length; kind++)
        {
            if (_redactor.Counts[(int)kind] is > 0 and int count)
            {
                add(CountName.Redacted.Of(Placeholders.Name(kind)), count);
            }
        }
    }
}
