using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;

namespace DataForge.Cleaner;

/// <summary>
/// From <c>raw</c> to <c>2-clean</c>, in three steps. Each step is a function of files, and each is resumed and shared part by part:
/// what raw parts say about licences (<c>licenses-NNNNN</c>), occurrences (<c>occurrences-NNNNN</c>), contents (<c>part-NNNNN</c>).
/// <c>docs/rules.md</c> has the rules, <c>docs/decisions.md</c> the steps and their counts.
/// </summary>
/// <param name="options">The options.</param>
/// <param name="shingles">The shingles to compute ahead for the removal of duplicates; null for none.</param>
public sealed class CleanStage(CleanOptions options, ShingleSettings? shingles = null) : IStage
{
    /// <summary>The version of the code: raised whenever the stage would write other rows for the same input.</summary>
    public const int CodeVersion = 9;

    // The same for the step that reads licences: it is the slowest, and its rows change less often.
    private const int EvidenceVersion = 7;

    /// <inheritdoc/>
    public string Name => StageNames.Clean;

    /// <summary>
    /// Begins to load the licence texts, which takes 0.2 s, on another thread. For a process that is about to run the stage: while it
    /// reads its options, other processors have nothing to do.
    /// </summary>
    public static void Prepare() => _ = Task.Run(() => LicenseIndex.Shared);

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        RunInput input = context.Run.ReadInput();
        var raw = new RawParts(context.Workspace, input);

        // Benchmarks are read while the first step runs, which does not need them.
        Task<BenchmarkIndex?> loading = Task.Run(() => BenchmarkIndex.Load(options.BenchmarkFiles), cancellation);
        HashSet<string> parts = await ReadEvidenceAsync(context, raw, input, cancellation).ConfigureAwait(false);
        BenchmarkIndex? benchmarks = await loading.ConfigureAwait(false);

        string hash = options.Hash(benchmarks, WorkspaceOptOuts.Read(context.Workspace));
        PartPlan rules = RuleReport.Plan(options, benchmarks);
        await context.RunPartAsync(Name, hash, rules, cancellation).ConfigureAwait(false);
        parts.Add(rules.Part);
        var occurrences = new OccurrenceStep(context.Run, raw, input, options);
        await RunStepAsync(occurrences.Plans(), "files").ConfigureAwait(false);
        var contents = new ContentStep(context.Run, raw, input, options, benchmarks, shingles, context.Workers, context.Events);
        List<PartPlan> plans = contents.Plans();
        await RunStepAsync(plans, "bytes").ConfigureAwait(false);
        PreparedShingles.KeepOnly(context.Run, plans.Select(plan => ContentStep.NumberOf(plan.Part)));
        context.Run.Manifest.KeepOnly(Name, parts);

        async Task RunStepAsync(List<PartPlan> plans, string unit)
        {
            await context.RunPartsAsync(Name, hash, plans, unit, cancellation).ConfigureAwait(false);
            parts.UnionWith(plans.Select(plan => plan.Part));
        }
    }

    // The first step. Evidence of the snapshots may be stored in earlier raw parts that have no row of theirs, so parts are added until
    // all that are named have been read. Gives the names of the parts in the manifest.
    private async Task<HashSet<string>> ReadEvidenceAsync(
        StageContext context, RawParts raw, RunInput input, CancellationToken cancellation)
    {
        // Evidence does not depend on options.
        string hash = StageHash.Combine("licenses", $"v{EvidenceVersion}");
        var workers = new SpareWorkers(context.Workers);
        var parts = new HashSet<string>(StringComparer.Ordinal);
        var pending = new SortedSet<int>(input.Parts.Select(part => part.Number));
        var done = new SortedSet<int>();
        while (pending.Count > 0)
        {
            PartPlan[] plans = [.. pending.Select(part => EvidenceStep.Plan(raw, part, workers))];
            await context.RunPartsAsync(Name, hash, plans, "parts", cancellation).ConfigureAwait(false);
            parts.UnionWith(plans.Select(plan => plan.Part));
            done.UnionWith(pending);
            IEnumerable<int> named = input.Parts.SelectMany(
                part => CleanerJson.Read<PartEvidence>(context.Run.PathOf(EvidenceStep.FileOf(part.Number))).EvidenceParts);
            pending = [.. named.Except(done)];
        }

        return parts;
    }
}
