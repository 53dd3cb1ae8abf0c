using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Rules;

/// <summary>A rule as a file met it.</summary>
/// <param name="Applied">The rule.</param>
/// <param name="Value">What it measured of the file.</param>
public sealed record RuleMeasure(AppliedRule Applied, string Value);

/// <summary>What was taken out of a text.</summary>
/// <param name="Kind">What it was: <c>email</c>, <c>ip_address</c>, <c>key</c>, <c>password</c>.</param>
/// <param name="Line">The line it stood on, from 1, of the text before anything was taken out.</param>
public sealed record Redaction(string Kind, int Line);

/// <summary>
/// Judges one content again, with the rules and thresholds that a run applied (<c>2-clean/rules.json</c>), to tell what each rule measured. The rule
/// about benchmarks is not measured again: its texts are not in the run.
/// </summary>
public sealed class RuleReport
{
    private readonly RuleSet _rules;
    private readonly RulesFile _file;

    private RuleReport(RulesFile file) => (_file, _rules) = (file, new RuleSet(file.Thresholds));

    /// <summary>The report on a run's files; null where the run has no <c>rules.json</c>.</summary>
    public static RuleReport? Of(Run run)
    {
        string path = run.PathOf(AppliedRules.FileName);
        return File.Exists(path) ? new RuleReport(RulesFile.Read(path)) : null;
    }

    /// <summary>What each rule about text measures of a source, by rank; empty where the source is no text.</summary>
    /// <param name="id">The source's git id.</param>
    /// <param name="source">The source bytes.</param>
    /// <param name="redactions">What was taken out, in the order of the text.</param>
    public IReadOnlyList<RuleMeasure> Measure(BlobId id, ReadOnlySpan<byte> source, out IReadOnlyList<Redaction> redactions)
    {
        redactions = [];
        var decoded = new SourceText();
        if (!decoded.Decode(source))
        {
            return [];
        }

        if (_file.Thresholds.StripLicenseHeader && LicenseHeader.StripRange(decoded.Text) is { End: > 0 } strip)
        {
            decoded.Remove(strip.Start, strip.End);
        }

        var text = new JudgedText();
        text.Set(id, source.Length, decoded.Memory);
        List<RuleMeasure> measures = [.. _rules.Rules.Select(rule => new RuleMeasure(rule.Applied, rule.Measure(text)))];
        byte[] before = _file.Redact ? decoded.Text.ToArray() : [];
        var redactor = new Redactor();
        if (_file.Redact && redactor.Redact(decoded))
        {
            redactions = [.. redactor.Replaced.Select(secret => new Redaction(Placeholders.Name(secret.Kind), before.AsSpan(0, secret.Start).Count((byte)'\n') + 1))];
        }

        return measures;
    }

    /// <summary>The plan of the part that writes <c>rules.json</c>.</summary>
    internal static PartPlan Plan(CleanOptions options, BenchmarkIndex? benchmarks) => new("rules", StageHash.Combine("rules"), 1, (output, _) =>
    {
        File.WriteAllBytes(output.Create(AppliedRules.FileName), CanonicalJson.Write(RulesFile.Of(options, benchmarks)));
        return Task.CompletedTask;
    });
}
