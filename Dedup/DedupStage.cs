using DataForge.Corpus.Runs;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Steps;
using DataForge.Dedup.Store;

namespace DataForge.Dedup;

/// <summary>
/// Removes duplicates: <c>2-clean</c> to <c>3-dataset</c>. Five steps, each a set of parts that any number of workers and processes share through
/// files: signatures (by clean part), ranks, candidates (by group of bands), selection, and the dataset's shards with the audit beside them; then the card.
/// </summary>
public sealed class DedupStage(DedupOptions options) : IStage
{
    /// <summary>Raised whenever the stage would write other rows for the same input.</summary>
    public const int CodeVersion = 1;

    internal const string StageName = "dedup";

    /// <inheritdoc/>
    public string Name => StageName;

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        string optionsHash = StageHash.OfOptions(StageName, CodeVersion, options);
        Sources sources = Sources.Find(run, options, optionsHash);

        IReadOnlyList<PartPlan> plans =
        [
            .. sources.Clean.Select(part => new PartPlan(WorkFiles.SignaturesPart(part.Number), part.Hash, part.Bytes, Plain(
                (output, token) => SignatureStep.Compute(run, part, options, output, token)))),
        ];
        IReadOnlyList<ManifestEntry> signatures = await context.RunPartsAsync(StageName, optionsHash, plans, "bytes", cancellation).ConfigureAwait(false);
        var parts = new HashSet<string>(plans.Select(plan => plan.Part));

        ManifestEntry ranks = await context.RunPartAsync(
            StageName, optionsHash, new PartPlan(WorkFiles.RanksPart, StageHash.Combine(sources.BaseHash, HashOf(signatures)), 1, Plain(
                (output, token) => RankStep.Compute(sources, output, token))), cancellation).ConfigureAwait(false);
        parts.Add(ranks.Part);

        string signaturesAndRanks = StageHash.Combine(sources.BaseHash, HashOf([.. signatures, ranks]));
        IReadOnlyList<ManifestEntry> candidates = await FindCandidatesAsync(context, sources, optionsHash, signaturesAndRanks, cancellation).ConfigureAwait(false);
        parts.UnionWith(candidates.Select(entry => entry.Part));

        ManifestEntry selection = await context.RunPartAsync(
            StageName, optionsHash, new PartPlan(WorkFiles.SelectionPart, StageHash.Combine(signaturesAndRanks, HashOf(candidates)), 1, Plain(
                (output, token) => SelectionStep.Compute(context, sources, candidates, options, output, token))), cancellation).ConfigureAwait(false);
        parts.Add(selection.Part);

        ShardPlan shards = CanonicalJson.Read<ShardPlan>(run.PathOf(WorkFiles.ShardPlan));
        string datasetInput = StageHash.Combine([sources.BaseHash, .. sources.Clean.Select(part => part.Hash), HashOf([selection])]);
        var dataset = new DatasetStep(run, sources, shards, options);
        plans =
        [
            .. Enumerable.Range(0, shards.Count).Select(shard => new PartPlan(WorkFiles.DatasetPart(shard), datasetInput, 1, Plain(
                (output, token) => dataset.Compute(shard, output, token)))),
        ];
        if (options.AuditFiles > 0)
        {
            plans = [.. plans, new PartPlan(WorkFiles.AuditPart, datasetInput, 1, Plain((output, token) => AuditStep.Compute(run, sources, options, output, token)))];
        }

        parts.UnionWith(plans.Select(plan => plan.Part).Append(WorkFiles.CardPart));
        Leftovers.Remove(run, parts, shards);
        await context.RunPartsAsync(StageName, optionsHash, plans, "parts", cancellation).ConfigureAwait(false);
        await context.RunPartAsync(StageName, optionsHash, CardStep.Plan(run, options), cancellation).ConfigureAwait(false);
        Leftovers.RemoveTemporary(run);
    }

    // A method of its own, so that its memory is free when it ends.
    private async Task<IReadOnlyList<ManifestEntry>> FindCandidatesAsync(
        StageContext context, Sources sources, string optionsHash, string inputHash, CancellationToken cancellation)
    {
        var memory = new JoinMemory(() => RankTable.ReadFirsts(context.Run.PathOf(WorkFiles.Ranks)));
        IReadOnlyList<PartPlan> plans =
        [
            .. Enumerable.Range(0, CandidateStep.Groups(BandPlan.For(options.Threshold, options.MissProbability))).Select(group => new PartPlan(
                WorkFiles.CandidatesPart(group), inputHash, 1, Plain((output, token) => CandidateStep.Compute(sources, group, options, memory, output, token)))),
        ];
        return await context.RunPartsAsync(StageName, optionsHash, plans, "parts", cancellation).ConfigureAwait(false);
    }

    private static Func<PartOutput, CancellationToken, Task> Plain(Action<PartOutput, CancellationToken> compute) => (output, cancellation) =>
    {
        compute(output, cancellation);
        return Task.CompletedTask;
    };

    private static string HashOf(IReadOnlyList<ManifestEntry> entries) =>
        StageHash.Combine(entries.SelectMany(entry => entry.Outputs).Select(output => output.Path + " " + output.Sha256));
}
