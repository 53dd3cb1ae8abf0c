using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Runs;

/// <summary>The part of a <see cref="WorkspaceRewrite"/> that concerns one run: its files and manifest entries after the rewrite.</summary>
public sealed class RunRewrite(WorkspaceRewrite workspace, Run run)
{
    private readonly Dictionary<(string Stage, string Part), ManifestEntry?> _changed = [];

    /// <summary>The run, in its present state.</summary>
    public Run Run => run;

    /// <summary>The rewrite of the whole workspace.</summary>
    public WorkspaceRewrite Workspace => workspace;

    /// <summary>Whether anything of the run changes.</summary>
    public bool HasChanged => _changed.Count > 0;

    /// <summary>The entries of a stage after the rewrite, in ordinal order of their parts.</summary>
    public IReadOnlyList<ManifestEntry> Entries(string stage) =>
    [
        .. run.Manifest.Entries(stage)
            .Select(entry => _changed.TryGetValue((stage, entry.Part), out ManifestEntry? changed) ? changed : entry)
            .OfType<ManifestEntry>(),
    ];

    /// <summary>The path to write a new version of a file to.</summary>
    /// <param name="relative">Relative to the run's folder.</param>
    public string Create(string relative) => workspace.Create(InWorkspace(relative));

    /// <summary>The path of a file's newest version.</summary>
    public string Current(string relative) => workspace.Current(InWorkspace(relative));

    /// <summary>Whether there is a new version of a file.</summary>
    public bool IsRewritten(string relative) => workspace.IsRewritten(InWorkspace(relative));

    /// <summary>Deletes a new version: the file stays unchanged.</summary>
    public void Discard(string relative) => workspace.Discard(InWorkspace(relative));

    /// <summary>The manifest's description of a new file.</summary>
    public ManifestOutput Output(string relative, long? rows = null) => workspace.Output(InWorkspace(relative), relative, rows);

    /// <summary>Marks a file or a folder for removal.</summary>
    public void Remove(string relative) => workspace.Remove(InWorkspace(relative));

    /// <summary>Rewrites an entry; its former outputs that are not among the new ones are removed.</summary>
    public void Commit(ManifestEntry entry, IReadOnlyList<ManifestOutput> outputs, CountTable counts)
    {
        ManifestEntry now = workspace.Rewritten(entry, outputs, counts);
        workspace.Write(InWorkspace(RunPaths.ManifestEntry(entry.Stage, entry.Part)), CanonicalJson.Write(now));
        foreach (ManifestOutput gone in entry.Outputs.Where(output => outputs.All(kept => kept.Path != output.Path)))
        {
            Remove(gone.Path);
        }

        _changed[(entry.Stage, entry.Part)] = now;
    }

    /// <summary>Removes an entry and its files: the next build computes the part again.</summary>
    public void Remove(ManifestEntry entry)
    {
        Remove(RunPaths.ManifestEntry(entry.Stage, entry.Part));
        foreach (ManifestOutput output in entry.Outputs)
        {
            Remove(output.Path);
        }

        _changed[(entry.Stage, entry.Part)] = null;
    }

    private string InWorkspace(string relative) => $"runs/{run.Name}/{relative}";
}
