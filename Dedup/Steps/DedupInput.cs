using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The files that the stage compares: those of this run's <c>2-clean</c>, and before them those of the base, which may itself have a base.
/// The decisions about files of the base do not change; those that it keeps rank before all others.
/// </summary>
internal sealed class DedupInput
{
    private readonly Run _run;
    private readonly IReadOnlyList<SourcePart> _parts;

    private DedupInput(Run run, IReadOnlyList<CleanPart> clean, IReadOnlyList<SourcePart> baseParts, string? baseSelection, string baseHash)
    {
        (_run, Clean, BaseParts, BaseSelection, BaseHash) = (run, clean, baseParts.Count, baseSelection, baseHash);
        _parts = [.. baseParts, .. clean.Select(part => new SourcePart("", part.Number))];
    }

    /// <summary>The parts of this run, which follow the base's.</summary>
    public IReadOnlyList<CleanPart> Clean { get; }

    /// <summary>Number of parts of the base.</summary>
    public int BaseParts { get; }

    /// <summary>The base's selection file, which tells the decisions of its files; null without a base.</summary>
    public string? BaseSelection { get; }

    /// <summary>The hash of the base's files; empty without a base.</summary>
    public string BaseHash { get; }

    /// <summary>Paths of this run's files of rank keys.</summary>
    public IReadOnlyList<string> RankRuns => [.. Clean.Select(part => _run.PathOf(DedupPaths.RankRun(part.Number)))];

    /// <summary>Paths of all files of shingles.</summary>
    public IEnumerable<string> Shingles => _parts.Select(part => PathOf(part, DedupPaths.Shingles(part.Number)));

    /// <summary>Finds the files of a run and of its base.</summary>
    /// <exception cref="DataForgeException">
    /// The base cannot be used: it does not exist, is incomplete, or was deduplicated under other options.
    /// </exception>
    public static DedupInput Find(Run run, DedupOptions options, string optionsHash)
    {
        IReadOnlyList<CleanPart> clean = CleanPart.All(run);
        if (string.IsNullOrEmpty(options.Base))
        {
            return new DedupInput(run, clean, [], null, "");
        }

        if (options.Base == run.Name || !run.Workspace.RunNames().Contains(options.Base))
        {
            throw DataForgeException.Usage($"The run '{options.Base}' cannot be a base: it is this run, or no run has this name.");
        }

        Run baseRun = Run.Open(run.Workspace, options.Base);
        ManifestEntry? selection = baseRun.Manifest.Find(StageNames.Dedup, DedupPaths.SelectionPart);
        if (selection is null || selection.OptionsHash != optionsHash || !Manifest.IsWhole(baseRun.Folder, selection)
            || selection.Outputs.All(output => output.Path != DedupPaths.Selection))
        {
            throw DataForgeException.Usage(
                $"The run '{options.Base}' cannot be a base: it was not deduplicated to the end (or lost files to an opt-out: "
                + "run dedup on it again), or under other options for shingles, threshold or seed.");
        }

        IReadOnlyList<SourcePart> parts = DedupJson.Read<IReadOnlyList<SourcePart>>(baseRun.PathOf(DedupPaths.Sources));
        parts = [.. parts.Select(part => part with { Run = part.Run.Length > 0 ? part.Run : baseRun.Name })];
        return new DedupInput(
            run, clean, parts, baseRun.PathOf(DedupPaths.Selection),
            StageHash.Combine(selection.Outputs.Select(output => output.Path + " " + output.Sha256)));
    }

    /// <summary>Opens the signatures of all parts.</summary>
    public SignatureParts OpenSignatures() => new([.. _parts.Select(part => PathOf(part, DedupPaths.Signatures(part.Number)))]);

    /// <summary>Writes the list of parts, so that this run can become a base.</summary>
    public void Write(string path) => File.WriteAllBytes(path, DedupJson.Write(_parts));

    private string PathOf(SourcePart part, string relative)
    {
        string path = part.Run.Length > 0 ? Path.Combine(_run.Workspace.RunsFolder, part.Run, relative) : _run.PathOf(relative);
        return File.Exists(path)
            ? path
            : throw DataForgeException.Usage(
                $"{path} is missing: the base of the run '{_run.Name}' is no longer complete; "
                + "run dedup on it again, or continue without a base.");
    }
}

/// <summary>A part of signatures.</summary>
/// <param name="Run">The run that the part belongs to; empty for the run itself.</param>
/// <param name="Number">Its number.</param>
internal sealed record SourcePart(string Run, string Number);
