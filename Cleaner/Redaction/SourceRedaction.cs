using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Cleaner.Text;
using DataForge.Python;

namespace DataForge.Cleaner.Redaction;

/// <summary>Something that was replaced in a text, without what it was.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Kind">Its kind, as the counts <c>redacted.*</c> name it.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record ReplacedSecret(int Line, string Kind, int Length);

/// <summary>
/// Redaction by itself, as a run does it to the text that ships. One object is reused for one source after another; not safe from several
/// threads.
/// </summary>
public sealed class SourceRedaction
{
    private readonly SourceText _text = new();
    private readonly Redactor _redactor = new();
    private readonly List<ReplacedSecret> _replaced = [];

    /// <summary>What the last source has in place of secrets; in order.</summary>
    public IReadOnlyList<ReplacedSecret> Replaced => _replaced;

    /// <summary>The last source as redacted: UTF-8, lines ended by LF. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Text => _text.Text;

    /// <summary>Redacts a source.</summary>
    /// <param name="source">Its bytes.</param>
    /// <returns>Why it cannot be redacted (the rule that a run would drop it by, and what was found); null where it can.</returns>
    public string? Redact(ReadOnlySpan<byte> source)
    {
        _replaced.Clear();
        if (!_text.Decode(source))
        {
            return Words(_text.Fault!.Value);
        }

        if (!_redactor.Redact(_text))
        {
            return null;
        }

        AddReplaced();
        if (IsPython())
        {
            return null;
        }

        _text.Decode(source);
        if (IsPython())
        {
            return Words(RedactionRule.Broken);
        }

        _redactor.Redact(_text);
        return null;
    }

    private bool IsPython() => PythonParser.Check(_text.Text).Outcome != ParseOutcome.Invalid;

    private static string Words(Finding finding) => finding.Value.Length > 0 ? $"{finding.Rule}: {finding.Value}" : finding.Rule;

    // Secrets hold no line end, so the lines are those of the text before.
    private void AddReplaced()
    {
        int line = 1;
        int counted = 0;
        int shift = 0;
        foreach (Secret secret in _redactor.Replaced)
        {
            int at = secret.Start + shift;
            line += _text.Text[counted..at].Count((byte)'\n');
            counted = at;
            shift += Placeholders.Of(secret.Kind).Length - (secret.End - secret.Start);
            _replaced.Add(new ReplacedSecret(line, Placeholders.Name(secret.Kind), secret.End - secret.Start));
        }
    }
}
