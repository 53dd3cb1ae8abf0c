using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Settings;

namespace DataForge.Orchestrator.Reporting;

/// <summary>One step of the funnel: how many were left, and their source bytes (null where bytes mean nothing).</summary>
internal sealed record FunnelStep(string Name, long Count, long? Bytes);

/// <summary>A named amount.</summary>
internal sealed record Amount(string Name, long Value);

/// <summary>What the report shows, all of it from committed manifest entries and from events.</summary>
internal sealed record ReportData
{
    public required string RunName { get; init; }

    public required IReadOnlyList<string> LicensePolicy { get; init; }

    public required IReadOnlyList<FunnelStep> Funnel { get; init; }

    public required IReadOnlyList<Amount> Dropped { get; init; }

    public required IReadOnlyList<Amount> Licenses { get; init; }

    public required IReadOnlyList<Amount> Sizes { get; init; }

    public required IReadOnlyList<TrainingStep> Steps { get; init; }

    public required IReadOnlyList<TrainingEvaluated> Evaluations { get; init; }

    public required SampleWritten? Sample { get; init; }

    public required long Parameters { get; init; }

    public required double? UnigramEntropy { get; init; }

    public required double? ValidationLoss { get; init; }

    /// <summary>Gathers what the run's manifests and events say.</summary>
    public static ReportData Of(Run run)
    {
        SortedDictionary<string, long> clean = run.Manifest.Totals("clean");
        SortedDictionary<string, long> dedup = run.Manifest.Totals("dedup");
        SortedDictionary<string, long> tokens = run.Manifest.Totals("tokenize");
        SortedDictionary<string, long> training = run.Manifest.Totals("pretrain");
        List<Event> events = [.. EventLog.Read(run.EventsFolder)];
        return new ReportData
        {
            RunName = run.Name,
            LicensePolicy = RunConfig.LicensePolicy(run),
            Funnel = FunnelOf(clean, dedup, tokens),
            Dropped = [.. WithPrefix(clean, "dropped.").Concat(WithPrefix(dedup, "dropped.")).OrderByDescending(amount => amount.Value).ThenBy(amount => amount.Name, StringComparer.Ordinal)],
            Licenses = [.. WithPrefix(dedup, "license.").OrderByDescending(amount => amount.Value).ThenBy(amount => amount.Name, StringComparer.Ordinal)],
            Sizes = [.. WithPrefix(dedup, "size.")],
            Steps = LastOfEachStep(events.OfType<TrainingStep>(), step => step.Step),
            Evaluations = LastOfEachStep(events.OfType<TrainingEvaluated>(), evaluated => evaluated.Step),
            Sample = events.OfType<SampleWritten>().LastOrDefault(),
            Parameters = training.GetValueOrDefault("parameters"),
            UnigramEntropy = Nats(training, "unigram_entropy.micronats"),
            ValidationLoss = Nats(training, "loss.validation.micronats"),
        };
    }

    private static IReadOnlyList<FunnelStep> FunnelOf(
        SortedDictionary<string, long> clean, SortedDictionary<string, long> dedup, SortedDictionary<string, long> tokens)
    {
        return
        [
            new("occurrences read", clean.GetValueOrDefault("occurrences.in"), clean.GetValueOrDefault("occurrence_bytes.in")),
            new("pass the rules on names and repositories", clean.GetValueOrDefault("occurrences.passed"), null),
            new("distinct contents whose licence passes", clean.GetValueOrDefault("contents.in"), clean.GetValueOrDefault("bytes.in")),
            new("pass the rules on text", clean.GetValueOrDefault("contents.out"), clean.GetValueOrDefault("bytes.out")),
            new("no duplicate of a better file: the dataset", dedup.GetValueOrDefault("contents.out"), dedup.GetValueOrDefault("bytes.out")),
            new("tokens to train on and to validate", tokens.GetValueOrDefault("tokens.train") + tokens.GetValueOrDefault("tokens.validation"), null),
        ];
    }

    private static IEnumerable<Amount> WithPrefix(SortedDictionary<string, long> counts, string prefix) => counts
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && pair.Value > 0)
        .Select(pair => new Amount(pair.Key[prefix.Length..], pair.Value));

    // A resumed run repeats the steps after its checkpoint; the last telling counts.
    private static IReadOnlyList<T> LastOfEachStep<T>(IEnumerable<T> events, Func<T, long> step)
    {
        var last = new SortedDictionary<long, T>();
        foreach (T happened in events)
        {
            last[step(happened)] = happened;
        }

        return [.. last.Values];
    }

    private static double? Nats(SortedDictionary<string, long> counts, string name) =>
        counts.TryGetValue(name, out long micronats) ? micronats / 1e6 : null;
}
