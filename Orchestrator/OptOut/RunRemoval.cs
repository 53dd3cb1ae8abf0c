using DataForge.Cleaner.Removal;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup.Removal;
using DataForge.Inspection.Settings;
using DataForge.Pretrain.Removal;

namespace DataForge.Orchestrator.OptOut;

/// <summary>Removes repositories from runs, stage after stage; all new files are written to the work folder.</summary>
/// <param name="rewrite">The workspace's new files.</param>
/// <param name="removed">What is removed from raw.</param>
/// <param name="list">The hash of the list.</param>
internal sealed class RunRemoval(WorkspaceRewrite rewrite, RemovedRows removed, string list)
{
    private static readonly IReadOnlySet<BlobId> NoBlobs = new HashSet<BlobId>();
    private readonly Dictionary<string, IReadOnlySet<BlobId>> _removedOf = new(StringComparer.Ordinal);
    private readonly HashSet<long> _ids = [.. removed.Repositories.Select(repository => repository.Id)];
    private readonly HashSet<string> _names = new(removed.Repositories.Select(repository => repository.Name), StringComparer.Ordinal);
    private readonly HashSet<int> _parts = [.. removed.Parts.Select(part => part.Part.Number)];

    /// <summary>What was removed from the runs so far.</summary>
    public RunRemovalTotals Totals { get; } = new();

    /// <summary>Removes the repositories from all runs; returns what remains to be done for each run that changes.</summary>
    public IReadOnlyList<RunToFinish> Rewrite(CancellationToken cancellation)
    {
        // A folder without a version file is not a run.
        Workspace workspace = rewrite.Workspace;
        List<Run> runs =
        [
            .. workspace.RunNames().Where(name => File.Exists(Path.Combine(workspace.RunsFolder, name, "version")))
                .Select(name => Run.Open(workspace, name)),
        ];
        Dictionary<string, DataForgeOptions> options = runs.ToDictionary(run => run.Name, RunOptions.Of, StringComparer.Ordinal);

        // A run is handled after its base run, because what is removed from the base is missing in its extension.
        var done = new List<RunToFinish>();
        var open = new Queue<Run>(runs);
        for (int waited = 0; open.Count > 0; cancellation.ThrowIfCancellationRequested())
        {
            Run run = open.Dequeue();
            string? baseRun = options[run.Name].Dedup.Base;
            if (baseRun is not null && waited < open.Count && open.Any(other => other.Name == baseRun))
            {
                open.Enqueue(run);
                waited++;
                continue;
            }

            waited = 0;
            if (Rewrite(run, options[run.Name], cancellation) is { } toFinish)
            {
                done.Add(toFinish);
            }
        }

        return [.. done.OrderBy(run => run.Name, StringComparer.Ordinal)];
    }

    private RunToFinish? Rewrite(Run run, DataForgeOptions options, CancellationToken cancellation)
    {
        var now = new RunRewrite(rewrite, run);
        CleanRemovalResult clean = new CleanRemoval(now, options.Clean, _names, _ids).Rewrite(cancellation);
        IReadOnlySet<BlobId> baseRemoved = options.Dedup.Base is { } baseRun ? _removedOf.GetValueOrDefault(baseRun, NoBlobs) : NoBlobs;
        DatasetRemovalResult dataset = new DatasetRemoval(now, _names, clean.Contents, baseRemoved).Rewrite(cancellation);
        _removedOf[run.Name] = dataset.Removed.Union(baseRemoved).ToHashSet();
        TokenRemovalResult tokens = new TokenRemoval(now, options.Tokenize, _names).Rewrite(cancellation);
        Totals.Occurrences += clean.Occurrences;
        Totals.Contents += clean.Contents.Values.Count(file => file is null);
        Totals.Files += dataset.Removed.Count;
        Totals.Reattributed += dataset.Reattributed;
        Totals.Orphans += dataset.Orphans;
        Totals.Documents += tokens.Documents;
        Totals.Tokens += tokens.Tokens;
        Totals.Rewritten += clean.Rewritten + dataset.Rewritten + tokens.Rewritten;
        Totals.Untouched += clean.Untouched + dataset.Untouched + tokens.Untouched;
        if (tokens.WasStale)
        {
            Totals.Notes.Add(
                $"run {run.Name}: its tokens were not those of its dataset, so all were removed; dataforge tokenize makes them again");
        }

        bool pin = File.Exists(run.InputFile) && ReadsRemoved(run.ReadInput());
        bool fewer = RewriteSources(now, options);
        bool changes = now.HasChanged || pin;
        if (changes)
        {
            EventRemoval.Rewrite(now, _names);
            now.Remove(RunPaths.Index);
        }

        if (now.HasChanged && Directory.Exists(run.PathOf(RunPaths.Model)))
        {
            RewriteModel(now);
        }

        return changes || fewer ? new RunToFinish(run.Name, pin, fewer, now.HasChanged) : null;
    }

    private bool ReadsRemoved(RunInput input) =>
        input.Parts.Any(part => _parts.Contains(part.Number)) || input.Repositories.Any(repository => _ids.Contains(repository.Id));

    // The options must not name a removed repository as a source.
    private bool RewriteSources(RunRewrite run, DataForgeOptions options)
    {
        List<string> kept = [.. options.Crawl.Sources.Where(source => !WorkspaceRemoval.IsRemoved(source, removed.Repositories))];
        if (kept.Count == options.Crawl.Sources.Count)
        {
            return false;
        }

        options.Crawl.Sources = kept;
        File.WriteAllBytes(run.Create(Path.GetFileName(run.Run.ConfigFile)), RunOptions.Json(options));
        return true;
    }

    private void RewriteModel(RunRewrite run)
    {
        foreach (string folder in EvaluationRemoval.Rewrite(run))
        {
            Totals.Notes.Add($"run {run.Run.Name}: what its model wrote for an evaluation was removed ({folder}); evaluate it again");
        }

        string file = run.Run.PathOf(ModelOptOuts.File);
        ModelOptOuts before = File.Exists(file) ? CanonicalJson.Read<ModelOptOuts>(file) : new ModelOptOuts([], []);
        ModelOptOuts after = before with { AppliedSince = [.. before.AppliedSince.Append(list).Distinct()] };
        File.WriteAllBytes(run.Create(ModelOptOuts.File), CanonicalJson.Write(after));
        foreach (ManifestEntry entry in run.Run.Manifest.Entries(StageNames.Pretrain))
        {
            List<ManifestOutput> others = [.. entry.Outputs.Where(output => output.Path != ModelOptOuts.File)];
            if (others.Count < entry.Outputs.Count)
            {
                run.Commit(entry, [.. others, run.Output(ModelOptOuts.File)], entry.Counts);
            }
        }

        Totals.Notes.Add(
            $"run {run.Run.Name}: its model was trained before this opt-out; a model cannot forget, so train it again "
            + $"({ModelOptOuts.File} says so)");
    }
}
