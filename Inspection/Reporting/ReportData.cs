using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;

namespace DataForge.Inspection.Reporting;

/// <summary>One step of the funnel from occurrences to the dataset.</summary>
/// <param name="Name">What remains after the step.</param>
/// <param name="Count">How many remain.</param>
/// <param name="Bytes">Their source bytes; null where bytes mean nothing.</param>
internal sealed record FunnelStep(string Name, long Count, long? Bytes);

/// <summary>A count of files with a name.</summary>
internal sealed record NamedCount(string Name, long Value);

/// <summary>What one rule dropped.</summary>
/// <param name="Stage">clean or dedup.</param>
/// <param name="Rule">The rule, as in <c>dropped/</c>.</param>
/// <param name="Occurrences">Occurrences that it dropped.</param>
/// <param name="Contents">Contents among them that it dropped as a whole.</param>
/// <param name="Bound">How the measure compares with the threshold where a file passes; may be empty.</param>
/// <param name="Threshold">The threshold; may be empty.</param>
internal sealed record DroppedByRule(string Stage, string Rule, long Occurrences, long Contents, string Bound, string Threshold);

/// <summary>A run's tokens.</summary>
/// <param name="Training">Tokens to train on.</param>
/// <param name="Validation">Tokens held out.</param>
/// <param name="Vocabulary">Entries of the tokenizer.</param>
/// <param name="Unfiltered">Documents of text that no rule was applied to.</param>
internal sealed record TokenTotals(long Training, long Validation, long Vocabulary, long Unfiltered);

/// <summary>Everything the report shows, from committed manifest entries and from events. What a run does not have is null or
/// empty.</summary>
internal sealed record ReportData
{
    /// <summary>The run's name.</summary>
    public required string RunName { get; init; }

    /// <summary>The licence classes that pass.</summary>
    public required IReadOnlyList<string> LicensePolicy { get; init; }

    /// <summary>Why the run failed; null if it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether a process works on the run; null where that is not known, as on a page that is kept.</summary>
    public bool? IsRunning { get; init; }

    /// <summary>The stages before the report, in order.</summary>
    public required IReadOnlyList<StageState> Stages { get; init; }

    /// <summary>From occurrences to the dataset, as far as the run has got.</summary>
    public required IReadOnlyList<FunnelStep> Funnel { get; init; }

    /// <summary>What each rule dropped, most occurrences first.</summary>
    public required IReadOnlyList<DroppedByRule> Dropped { get; init; }

    /// <summary>Files of the dataset by licence, most files first.</summary>
    public required IReadOnlyList<NamedCount> Licenses { get; init; }

    /// <summary>Files of the dataset by size; the names are upper bounds in bytes, as counts have them.</summary>
    public required IReadOnlyList<NamedCount> Sizes { get; init; }

    /// <summary>The tokens; null if there are none yet.</summary>
    public required TokenTotals? Tokens { get; init; }

    /// <summary>The trainings, in order; at least one, which may not have started.</summary>
    public required IReadOnlyList<TrainingCurve> Trainings { get; init; }

    /// <summary>The completions that the model wrote.</summary>
    public required IReadOnlyList<SampleWritten> Samples { get; init; }

    /// <summary>What a stage is that began and has not finished, in words.</summary>
    public string Unfinished => IsRunning switch
    {
        true => "running",
        null when Failure is null => "running or interrupted",
        _ => "not finished",
    };

    /// <summary>The training whose model is exported.</summary>
    public TrainingCurve Model => Trainings[^1];

    /// <summary>Collects what the run's manifests and events say.</summary>
    public static ReportData Of(Run run) =>
        Of(run, [.. EventLog.Read(run.EventsFolder)], run.Manifest.TotalCounts) with { Failure = RunEnd.Failure(run) };

    /// <summary>Collects what the run's manifests say, and events that were read before.</summary>
    /// <param name="run">The run.</param>
    /// <param name="events">Its events, in order; those of no interest here may be left out.</param>
    /// <param name="totals">The sums of a stage's counts.</param>
    public static ReportData Of(Run run, IReadOnlyList<Event> events, Func<string, CountTable> totals)
    {
        CountTable clean = totals(StageNames.Clean);
        CountTable dedup = totals(StageNames.Dedup);
        IEnumerable<DroppedByRule> dropped = DropsOf(StageNames.Clean, clean, AppliedRules.Of(run))
            .Concat(DropsOf(StageNames.Dedup, dedup, DuplicateRules(run)));
        return new ReportData
        {
            RunName = run.Name,
            LicensePolicy = RunConfig.LicensePolicy(run),
            Stages = StageState.Of(run, events),
            Funnel = FunnelOf(clean, dedup),
            Dropped = [.. dropped.OrderByDescending(drop => drop.Occurrences).ThenBy(drop => drop.Rule, StringComparer.Ordinal)],
            Licenses = [.. Named(dedup, CountName.License)
                .OrderByDescending(license => license.Value).ThenBy(license => license.Name, StringComparer.Ordinal)],
            Sizes = [.. Named(dedup, CountName.Size)],
            Tokens = TokensOf(totals(StageNames.Tokenize)),
            Trainings = TrainingCurve.Of(run, events),
            Samples = Reporting.Samples.Of(events),
        };
    }

    private static TokenTotals? TokensOf(CountTable tokens) => tokens.Length == 0 ? null : new TokenTotals(
        tokens[CountName.TokensTrain], tokens[CountName.TokensValidation], tokens[CountName.Vocabulary],
        tokens[CountName.DocumentsUnfiltered]);

    private static IReadOnlyList<FunnelStep> FunnelOf(CountTable clean, CountTable dedup)
    {
        List<FunnelStep> steps = [];
        if (clean.Length > 0)
        {
            steps.Add(new("occurrences read", clean[CountName.OccurrencesIn], clean[CountName.OccurrenceBytesIn]));
            steps.Add(new("occurrences that pass the rules on names and repositories", clean[CountName.OccurrencesPassed], null));
            steps.Add(new("distinct contents whose licence passes", clean[CountName.ContentsIn], clean[CountName.BytesIn]));
            steps.Add(new("contents that pass the rules on text", clean[CountName.ContentsOut], clean[CountName.BytesOut]));
        }

        if (dedup.Contains(CountName.ContentsOut))
        {
            steps.Add(new("files of the dataset: no duplicate of a better one", dedup[CountName.ContentsOut], dedup[CountName.BytesOut]));
        }

        return steps;
    }

    private static IEnumerable<DroppedByRule> DropsOf(string stage, CountTable counts, IReadOnlyList<AppliedRule> rules) =>
        Named(counts, CountName.Dropped).Select(drop =>
        {
            AppliedRule? rule = rules.FirstOrDefault(rule => rule.Rule == drop.Name);
            long contents = counts[CountName.DroppedContents.Of(drop.Name)];
            return new DroppedByRule(stage, drop.Name, drop.Value, contents, rule?.Bound ?? "", rule?.Threshold ?? "");
        });

    private static IReadOnlyList<AppliedRule> DuplicateRules(Run run) =>
        [new(RuleNames.NearDuplicate, "below", RunOptions.Of(run).Dedup.Threshold.ToString(CultureInfo.InvariantCulture))];

    private static IEnumerable<NamedCount> Named(CountTable counts, CountFamily family) =>
        counts.Of(family).Where(count => count.Value > 0).Select(count => new NamedCount(count.Member, count.Value));
}
