using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;

namespace DataForge.Inspection.Reporting;

/// <summary>One step of the funnel: how many were left, and their source bytes (null where bytes mean nothing).</summary>
internal sealed record FunnelStep(string Name, long Count, long? Bytes);

/// <summary>A named amount.</summary>
internal sealed record Amount(string Name, long Value);

/// <summary>What left by a rule.</summary>
/// <param name="Stage">clean or dedup.</param>
/// <param name="Rule">The rule, as in <c>dropped/</c>.</param>
/// <param name="Occurrences">Occurrences that left by it.</param>
/// <param name="Contents">Contents among them that left as a whole.</param>
/// <param name="Bound">How the measure stands to the threshold where a file passes; may be empty.</param>
/// <param name="Threshold">The threshold; may be empty.</param>
internal sealed record Drop(string Stage, string Rule, long Occurrences, long Contents, string Bound, string Threshold);

/// <summary>A run's tokens.</summary>
/// <param name="Training">To train on.</param>
/// <param name="Validation">Held out.</param>
/// <param name="Vocabulary">Entries of the tokenizer.</param>
/// <param name="Unfiltered">Documents that were given as text, past all rules.</param>
internal sealed record Tokens(long Training, long Validation, long Vocabulary, long Unfiltered);

/// <summary>What the report shows, all of it from committed manifest entries and from events. What a run has no part of is null or empty.</summary>
internal sealed record ReportData
{
    public required string RunName { get; init; }

    public required IReadOnlyList<string> LicensePolicy { get; init; }

    public required IReadOnlyList<StageState> Stages { get; init; }

    public required IReadOnlyList<FunnelStep> Funnel { get; init; }

    public required IReadOnlyList<Drop> Dropped { get; init; }

    public required IReadOnlyList<Amount> Licenses { get; init; }

    public required IReadOnlyList<Amount> Sizes { get; init; }

    public required Tokens? Tokens { get; init; }

    public required IReadOnlyList<TrainingCurve> Trainings { get; init; }

    public required SampleWritten? Sample { get; init; }

    /// <summary>The training whose model is exported.</summary>
    public TrainingCurve Model => Trainings[^1];

    /// <summary>Gathers what the run's manifests and events say.</summary>
    public static ReportData Of(Run run)
    {
        SortedDictionary<string, long> clean = run.Manifest.Totals("clean");
        SortedDictionary<string, long> dedup = run.Manifest.Totals("dedup");
        SortedDictionary<string, long> tokens = run.Manifest.Totals("tokenize");
        List<Event> events = [.. EventLog.Read(run.EventsFolder)];
        IReadOnlyList<AppliedRule> rules = AppliedRules.Of(run);
        return new ReportData
        {
            RunName = run.Name,
            LicensePolicy = RunConfig.LicensePolicy(run),
            Stages = StageState.Of(run, events),
            Funnel = FunnelOf(clean, dedup),
            Dropped = [.. Drops("clean", clean, rules).Concat(Drops("dedup", dedup, Thresholds(run)))
                .OrderByDescending(drop => drop.Occurrences).ThenBy(drop => drop.Rule, StringComparer.Ordinal)],
            Licenses = [.. WithPrefix(dedup, "license.").OrderByDescending(amount => amount.Value).ThenBy(amount => amount.Name, StringComparer.Ordinal)],
            Sizes = [.. WithPrefix(dedup, "size.")],
            Tokens = tokens.Count == 0 ? null : new Tokens(
                tokens.GetValueOrDefault("tokens.train"), tokens.GetValueOrDefault("tokens.validation"),
                tokens.GetValueOrDefault("vocabulary"), tokens.GetValueOrDefault("documents.unfiltered")),
            Trainings = TrainingCurve.Of(run, events),
            Sample = events.OfType<SampleWritten>().LastOrDefault(),
        };
    }

    private static IReadOnlyList<FunnelStep> FunnelOf(SortedDictionary<string, long> clean, SortedDictionary<string, long> dedup)
    {
        List<FunnelStep> steps = [];
        if (clean.Count > 0)
        {
            steps.Add(new("occurrences read", clean.GetValueOrDefault("occurrences.in"), clean.GetValueOrDefault("occurrence_bytes.in")));
            steps.Add(new("occurrences that pass the rules on names and repositories", clean.GetValueOrDefault("occurrences.passed"), null));
            steps.Add(new("distinct contents whose licence passes", clean.GetValueOrDefault("contents.in"), clean.GetValueOrDefault("bytes.in")));
            steps.Add(new("contents that pass the rules on text", clean.GetValueOrDefault("contents.out"), clean.GetValueOrDefault("bytes.out")));
        }

        if (dedup.ContainsKey("contents.out"))
        {
            steps.Add(new("files of the dataset: no duplicate of a better one", dedup.GetValueOrDefault("contents.out"), dedup.GetValueOrDefault("bytes.out")));
        }

        return steps;
    }

    private static IEnumerable<Drop> Drops(string stage, SortedDictionary<string, long> counts, IReadOnlyList<AppliedRule> rules) =>
        WithPrefix(counts, "dropped.").Select(amount =>
        {
            AppliedRule? rule = rules.FirstOrDefault(rule => rule.Rule == amount.Name);
            return new Drop(stage, amount.Name, amount.Value, counts.GetValueOrDefault("dropped_contents." + amount.Name), rule?.Bound ?? "", rule?.Threshold ?? "");
        });

    private static IReadOnlyList<AppliedRule> Thresholds(Run run) =>
        [new("near_duplicate", "below", RunOptions.Of(run).Dedup.Threshold.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    private static IEnumerable<Amount> WithPrefix(SortedDictionary<string, long> counts, string prefix) => counts
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && pair.Value > 0)
        .Select(pair => new Amount(pair.Key[prefix.Length..], pair.Value));
}
