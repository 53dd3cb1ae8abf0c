using DataForge.Inspection.Settings;
using DataForge.Cleaner.Removal;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup.Removal;
using DataForge.Orchestrator.Settings;
using DataForge.Pretrain.Removal;

namespace DataForge.Orchestrator.OptOut;

/// <summary>What a removal takes from runs.</summary>
internal sealed record RunRemovalTotals
{
    public long Occurrences { get; set; }

    public long Contents { get; set; }

    public long Files { get; set; }

    public long Reattributed { get; set; }

    public long Orphans { get; set; }

    public long Documents { get; set; }

    public long Tokens { get; set; }

    public int Rewritten { get; set; }

    public int Untouched { get; set; }

    public List<string> Notes { get; } = [];
}

/// <summary>Removes repositories from runs, stage after stage; everything is written aside.</summary>
internal sealed class RunRemoval(WorkspaceRewrite rewrite, RemovedRows removed, string list)
{
    private readonly Dictionary<string, IReadOnlySet<BlobId>> _left = new(StringComparer.Ordinal);
    private readonly HashSet<long> _ids = [.. removed.Repositories.Select(repository => repository.Id)];
    private readonly HashSet<string> _names = new(removed.Repositories.Select(repository => repository.Name), StringComparer.Ordinal);
    private readonly HashSet<int> _parts = [.. removed.Parts.Select(part => part.Part.Number)];

    /// <summary>What was taken.</summary>
    public RunRemovalTotals Totals { get; } = new();

    /// <summary>Removes them from all runs; returns what is left to do for each of those that change.</summary>
    public IReadOnlyList<RunToFinish> Rewrite(CancellationToken cancellation)
    {
        // A folder without a version is no run, but what somebody put there.
        List<Run> runs = [.. rewrite.Workspace.RunNames()
            .Where(name => File.Exists(Path.Combine(rewrite.Workspace.RunsFolder, name, "version"))).Select(name => Run.Open(rewrite.Workspace, name))];
        Dictionary<string, DataForgeOptions> options = runs.ToDictionary(run => run.Name, RunOptions.Of, StringComparer.Ordinal);

        // A run after its base: what left that is missing here.
        var done = new List<RunToFinish>();
        var open = new Queue<Run>(runs);
        for (int waited = 0; open.Count > 0; cancellation.ThrowIfCancellationRequested())
        {
            Run run = open.Dequeue();
            string? before = options[run.Name].Dedup.Base;
            if (before is not null && waited < open.Count && open.Any(other => other.Name == before))
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
        var baseRemoved = options.Dedup.Base is { } before && _left.TryGetValue(before, out IReadOnlySet<BlobId>? left) ? left : new HashSet<BlobId>();
        DatasetRemovalResult dataset = new DatasetRemoval(now, _names, clean.Contents, baseRemoved).Rewrite(cancellation);
        _left[run.Name] = dataset.Removed.Union(baseRemoved).ToHashSet();
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
            Totals.Notes.Add($"run {run.Name}: its tokens were not those of its dataset, so all of them went; dataforge tokenize makes them anew");
        }

        bool pin = File.Exists(run.InputFile) && run.ReadInput() is var input
            && (input.Parts.Any(part => _parts.Contains(part.Number)) || input.Repositories.Any(repository => _ids.Contains(repository.Id)));
        bool fewer = RewriteSources(now, options);
        bool changes = now.HasChanged || pin;
        if (changes)
        {
            EventRemoval.Rewrite(now, _names);
            now.Remove("index");
        }

        if (now.HasChanged && Directory.Exists(run.PathOf("5-model")))
        {
            RewriteModel(now);
        }

        return changes || fewer ? new RunToFinish(run.Name, pin, fewer, now.HasChanged) : null;
    }

    // A source that is nothing but a removed repository would still name it.
    private bool RewriteSources(RunRewrite run, DataForgeOptions options)
    {
        List<string> left = [.. options.Crawl.Sources.Where(source => !WorkspaceRemoval.IsRemoved(source, removed.Repositories))];
        if (left.Count == options.Crawl.Sources.Count)
        {
            return false;
        }

        options.Crawl.Sources = left;
        File.WriteAllBytes(run.Create(Path.GetFileName(run.Run.ConfigFile)), RunOptions.Json(options));
        return true;
    }

    private void RewriteModel(RunRewrite run)
    {
        string file = run.Run.PathOf(ModelOptOuts.File);
        ModelOptOuts before = File.Exists(file) ? CanonicalJson.Read<ModelOptOuts>(file) : new ModelOptOuts([], []);
        File.WriteAllBytes(run.Create(ModelOptOuts.File), CanonicalJson.Write(before with { AppliedSince = [.. before.AppliedSince.Append(list).Distinct()] }));
        foreach (ManifestEntry entry in run.Run.Manifest.Entries("pretrain").Where(entry => entry.Outputs.Any(output => output.Path == ModelOptOuts.File)))
        {
            run.Commit(entry, [.. entry.Outputs.Where(output => output.Path != ModelOptOuts.File), run.Output(ModelOptOuts.File)], entry.Counts);
        }

        Totals.Notes.Add($"run {run.Run.Name}: its model was trained before; a model cannot forget, train it anew ({ModelOptOuts.File} says so)");
    }
}
