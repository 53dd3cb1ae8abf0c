using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Rules;

/// <summary>A rule, and what it measures of a file.</summary>
/// <param name="Applied">The rule.</param>
/// <param name="Value">What it measures.</param>
public sealed record RuleMeasure(AppliedRule Applied, string Value);

/// <summary>A placeholder in a text.</summary>
/// <param name="Kind">What it stands for: <c>email</c>, <c>ip_address</c>, <c>key</c>, <c>password</c>.</param>
/// <param name="Line">The line it is on, from 1, of the text before redaction.</param>
public sealed record Redaction(string Kind, int Line);

/// <summary>
/// Judges a content again, under the settings that a run applied (<c>2-clean/rules.json</c>), to say what each rule measures. The rule
/// about benchmarks is left out: the run does not have their texts.
/// </summary>
public sealed class RuleReport
{
    private readonly RuleSet _rules;
    private readonly RulesFile _file;

    private RuleReport(RulesFile file) => (_file, _rules) = (file, new RuleSet(file.Settings));

    /// <summary>The report on a run's files; null if the run has no <c>rules.json</c>.</summary>
    /// <exception cref="DataForgeException">The file is damaged.</exception>
    public static RuleReport? Of(Run run)
    {
        string path = run.PathOf(AppliedRules.FileName);
        return File.Exists(path) ? new RuleReport(RulesFile.Read(path)) : null;
    }

    /// <summary>What each text rule measures of a source, by rank; empty if the source is no text.</summary>
    /// <param name="id">The source's git id.</param>
    /// <param name="source">The source bytes.</param>
    /// <param name="redactions">The placeholders, in order.</param>
    public IReadOnlyList<RuleMeasure> Measure(BlobId id, ReadOnlySpan<byte> source, out IReadOnlyList<Redaction> redactions)
    {
        redactions = [];
        var shipped = new ShippedText(_file.Settings, _file.Redact);
        if (shipped.Decode(source) is not null)
        {
            return [];
        }

        shipped.StripHeader();
        var text = new JudgedText();
        text.Set(id, source.Length, shipped.Memory);
        List<RuleMeasure> measures = [.. _rules.Checks.Select(check => new RuleMeasure(check.Applied, check.Measure(text)))];
        byte[] before = shipped.Text.ToArray();
        if (shipped.Redact())
        {
            redactions =
                [.. shipped.Redacted.Select(secret => new Redaction(Placeholders.Name(secret.Kind), LineOf(before, secret.Start)))];
        }

        return measures;
    }

    /// <summary>The plan of the part that writes <c>rules.json</c>.</summary>
    internal static PartPlan Plan(CleanOptions options, BenchmarkIndex? benchmarks) =>
        new("rules", StageHash.Combine("rules"), 1, (output, _) =>
    {
        File.WriteAllBytes(output.Create(AppliedRules.FileName), CleanerJson.Write(RulesFile.Of(options, benchmarks)));
        return Task.CompletedTask;
    });

    private static int LineOf(byte[] text, int position) => text.AsSpan(0, position).Count((byte)'\n') + 1;
}
