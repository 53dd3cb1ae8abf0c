using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner;

/// <summary>
/// From <c>raw</c> to <c>2-clean</c>, in three steps, each a function of files and each resumed and shared part by part: what raw parts
/// say of licences (<c>licenses-NNNNN</c>), occurrences (<c>occurrences-NNNNN</c>), contents (<c>part-NNNNN</c>). <c>docs/rules.md</c>
/// has the rules, <c>docs/decisions.md</c> the steps and their counts.
/// </summary>
public sealed class CleanStage(CleanOptions options) : IStage
{
    /// <summary>Raised whenever the stage would write other rows for the same input.</summary>
    public const int CodeVersion = 3;

    /// <inheritdoc/>
    public string Name => "clean";

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        RunInput input = context.Run.ReadInput();
        var raw = new RawParts(context.Workspace, input);

        // Read beside the first step, which does not need them.
        Task<BenchmarkIndex?> loading = Task.Run(() => BenchmarkIndex.Load(options.BenchmarkFiles), cancellation);

        // What evidence says does not depend on options.
        string evidenceHash = StageHash.Combine("licenses", $"v{CodeVersion}");
        var parts = new HashSet<string>(StringComparer.Ordinal);
        var open = new SortedSet<int>(input.Parts.Select(part => part.Number));
        var done = new SortedSet<int>();
        while (open.Count > 0)
        {
            PartPlan[] evidence = [.. open.Select(part => EvidenceStep.Plan(raw, part))];
            await context.RunPartsAsync(Name, evidenceHash, evidence, "parts", cancellation).ConfigureAwait(false);
            done.UnionWith(open);

            // Evidence of these snapshots may be stored in earlier parts, which hold no row of theirs.
            IEnumerable<int> named = input.Parts.SelectMany(
                part => CanonicalJson.Read<PartEvidence>(context.Run.PathOf(EvidenceStep.FileOf(part.Number))).EvidenceParts);
            open = [.. named.Except(done)];
            parts.UnionWith(evidence.Select(plan => plan.Part));
        }

        BenchmarkIndex? benchmarks = await loading.ConfigureAwait(false);
        string hash = options.Hash(benchmarks, WorkspaceOptOuts.Read(context.Workspace));
        PartPlan rules = RuleReport.Plan(options, benchmarks);
        await context.RunPartAsync(Name, hash, rules, cancellation).ConfigureAwait(false);
        parts.Add(rules.Part);
        var occurrences = new OccurrenceStep(context.Run, raw, input, options);
        List<PartPlan> plans = occurrences.Plans();
        await context.RunPartsAsync(Name, hash, plans, "files", cancellation).ConfigureAwait(false);
        parts.UnionWith(plans.Select(plan => plan.Part));

        plans = new ContentStep(context.Run, raw, input, options, benchmarks, context.Events).Plans();
        await context.RunPartsAsync(Name, hash, plans, "bytes", cancellation).ConfigureAwait(false);
        parts.UnionWith(plans.Select(plan => plan.Part));
        context.Run.Manifest.KeepOnly(Name, parts);
    }
}
