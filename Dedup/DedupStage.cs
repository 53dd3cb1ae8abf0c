using DataForge.Corpus.Runs;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Steps;
using DataForge.Dedup.Store;

namespace DataForge.Dedup;

/// <summary>
/// Removes duplicates: <c>2-clean</c> to <c>3-dataset</c>. Five steps, each a set of parts that any number of workers and processes can
/// share through files: signatures (by clean part), ranks, candidates (by group of bands), selection, and the dataset's shards together
/// with the audit. The card comes last.
/// </summary>
public sealed class DedupStage(DedupOptions options) : IStage
{
    /// <summary>To be raised whenever the stage would write other rows for the same input.</summary>
    public const int CodeVersion = 1;

    /// <inheritdoc/>
    public string Name => StageNames.Dedup;

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        string optionsHash = StageHash.OfOptions(StageNames.Dedup, CodeVersion, options);
        DedupInput input = DedupInput.Find(run, options, optionsHash);

        IReadOnlyList<PartPlan> plans =
        [
            .. input.Clean.Select(part => new PartPlan(DedupPaths.SignaturesPart(part.Number), part.Hash, part.Bytes, Synchronous(
                (output, token) => SignatureStep.Compute(run, part, options, output, token)))),
        ];
        IReadOnlyList<ManifestEntry> signatures =
            await context.RunPartsAsync(StageNames.Dedup, optionsHash, plans, "bytes", cancellation).ConfigureAwait(false);
        var parts = new HashSet<string>(plans.Select(plan => plan.Part));

        var ranksPlan = new PartPlan(DedupPaths.RanksPart, StageHash.Combine(input.BaseHash, HashOf(signatures)), 1, Synchronous(
            (output, token) => RankStep.Compute(input, output, token)));
        ManifestEntry ranks = await context.RunPartAsync(StageNames.Dedup, optionsHash, ranksPlan, cancellation).ConfigureAwait(false);
        parts.Add(ranks.Part);

        string signaturesAndRanks = StageHash.Combine(input.BaseHash, HashOf([.. signatures, ranks]));
        IReadOnlyList<ManifestEntry> candidates =
            await FindCandidatesAsync(context, input, optionsHash, signaturesAndRanks, cancellation).ConfigureAwait(false);
        parts.UnionWith(candidates.Select(entry => entry.Part));

        string selectionInput = StageHash.Combine(signaturesAndRanks, HashOf(candidates));
        var selectionPlan = new PartPlan(DedupPaths.SelectionPart, selectionInput, 1, Synchronous(
            (output, token) => SelectionStep.Compute(context, input, candidates, options, output, token)));
        ManifestEntry selection =
            await context.RunPartAsync(StageNames.Dedup, optionsHash, selectionPlan, cancellation).ConfigureAwait(false);
        parts.Add(selection.Part);

        ShardPlan shards = DedupJson.Read<ShardPlan>(run.PathOf(DedupPaths.ShardPlan));
        string datasetInput = StageHash.Combine([input.BaseHash, .. input.Clean.Select(part => part.Hash), HashOf([selection])]);
        var dataset = new DatasetStep(run, input, shards, options);
        plans =
        [
            .. Enumerable.Range(0, shards.Count).Select(shard => new PartPlan(DedupPaths.DatasetPart(shard), datasetInput, 1, Synchronous(
                (output, token) => dataset.Compute(shard, output, token)))),
        ];
        if (options.AuditFiles > 0)
        {
            plans =
            [
                // First, since it takes longer than a shard.
                new PartPlan(DedupPaths.AuditPart, datasetInput, 1, Synchronous(
                    (output, token) => AuditStep.Compute(run, input, options, output, token))),
                .. plans,
            ];
        }

        parts.UnionWith(plans.Select(plan => plan.Part).Append(DedupPaths.CardPart));
        StaleFiles.Remove(run, parts, shards);
        await context.RunPartsAsync(StageNames.Dedup, optionsHash, plans, "parts", cancellation).ConfigureAwait(false);
        await context.RunPartAsync(StageNames.Dedup, optionsHash, CardStep.Plan(run, options), cancellation).ConfigureAwait(false);
        StaleFiles.RemoveTemporary(run);
    }

    // A method of its own, so that its buffers can be freed when it ends.
    private async Task<IReadOnlyList<ManifestEntry>> FindCandidatesAsync(
        StageContext context, DedupInput input, string optionsHash, string inputHash, CancellationToken cancellation)
    {
        var buffers = new JoinBufferPool(() => RankTable.ReadFirsts(context.Run.PathOf(DedupPaths.Ranks)));
        int groups = CandidateStep.Groups(BandPlan.For(options.Threshold, options.MissProbability));
        IReadOnlyList<PartPlan> plans =
        [
            .. Enumerable.Range(0, groups).Select(group => new PartPlan(DedupPaths.CandidatesPart(group), inputHash, 1, Synchronous(
                (output, token) => CandidateStep.Compute(input, group, options, buffers, output, token)))),
        ];
        return await context.RunPartsAsync(StageNames.Dedup, optionsHash, plans, "parts", cancellation).ConfigureAwait(false);
    }

    private static Func<PartOutput, CancellationToken, Task> Synchronous(Action<PartOutput, CancellationToken> compute) =>
        (output, cancellation) =>
        {
            compute(output, cancellation);
            return Task.CompletedTask;
        };

    private static string HashOf(IReadOnlyList<ManifestEntry> entries) =>
        StageHash.Combine(entries.SelectMany(entry => entry.Outputs).Select(output => output.Path + " " + output.Sha256));
}
