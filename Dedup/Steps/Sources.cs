using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The files the stage compares: those of this run's <c>2-clean</c>, and before them those of the run named as base, which itself may have had one. Files of
/// the base keep their fates; those it kept rank before all others.
/// </summary>
internal sealed class Sources
{
    private readonly Run _run;
    private readonly IReadOnlyList<SourcePart> _parts;

    private Sources(Run run, IReadOnlyList<CleanPart> clean, IReadOnlyList<SourcePart> baseParts, string? baseSelection, string baseHash)
    {
        (_run, Clean, BaseParts, BaseSelection, BaseHash) = (run, clean, baseParts.Count, baseSelection, baseHash);
        _parts = [.. baseParts, .. clean.Select(part => new SourcePart("", part.Number))];
    }

    /// <summary>The parts of this run, which come behind the base's.</summary>
    public IReadOnlyList<CleanPart> Clean { get; }

    /// <summary>Parts of the base.</summary>
    public int BaseParts { get; }

    /// <summary>The base's selection file, which tells the fates of its files; null without a base.</summary>
    public string? BaseSelection { get; }

    /// <summary>The hash of what is read of the base; empty without one.</summary>
    public string BaseHash { get; }

    /// <summary>Paths of this run's files of rank keys.</summary>
    public IReadOnlyList<string> RankRuns => [.. Clean.Select(part => _run.PathOf(WorkFiles.RankRun(part.Number)))];

    /// <summary>Paths of all files of shingles.</summary>
    public IEnumerable<string> Shingles => _parts.Select(part => PathOf(part, WorkFiles.Shingles(part.Number)));

    /// <summary>Finds the files of a run and of its base.</summary>
    /// <exception cref="DataForgeException">The base cannot be used: it is not there, not whole, or was deduplicated under other options.</exception>
    public static Sources Find(Run run, DedupOptions options, string optionsHash)
    {
        IReadOnlyList<CleanPart> clean = CleanPart.All(run);
        if (string.IsNullOrEmpty(options.Base))
        {
            return new Sources(run, clean, [], null, "");
        }

        if (options.Base == run.Name || !run.Workspace.RunNames().Contains(options.Base))
        {
            throw DataForgeException.Usage($"The run '{options.Base}' cannot be a base: it is this run, or there is none of that name.");
        }

        Run before = Run.Open(run.Workspace, options.Base);
        ManifestEntry? selection = before.Manifest.Find(DedupStage.StageName, WorkFiles.SelectionPart);
        if (selection is null || selection.OptionsHash != optionsHash || !Manifest.IsWhole(before.Folder, selection)
            || selection.Outputs.All(output => output.Path != WorkFiles.Selection))
        {
            throw DataForgeException.Usage(
                $"The run '{options.Base}' cannot be a base: it was not deduplicated to the end (or lost files to an opt-out: run dedup on it again), or under other options for shingles, threshold or seed.");
        }

        IReadOnlyList<SourcePart> parts = CanonicalJson.Read<IReadOnlyList<SourcePart>>(before.PathOf(WorkFiles.Sources));
        return new Sources(
            run, clean, [.. parts.Select(part => part with { Run = part.Run.Length > 0 ? part.Run : before.Name })], before.PathOf(WorkFiles.Selection),
            StageHash.Combine(selection.Outputs.Select(output => output.Path + " " + output.Sha256)));
    }

    /// <summary>Opens the signatures of all parts.</summary>
    public SignatureParts OpenSignatures() => new([.. _parts.Select(part => PathOf(part, WorkFiles.Signatures(part.Number)))]);

    /// <summary>Writes which parts there are, so that this run may become a base.</summary>
    public void Write(string path) => File.WriteAllBytes(path, CanonicalJson.Write(_parts));

    private string PathOf(SourcePart part, string relative)
    {
        string path = part.Run.Length > 0 ? Path.Combine(_run.Workspace.RunsFolder, part.Run, relative) : _run.PathOf(relative);
        return File.Exists(path)
            ? path
            : throw DataForgeException.Usage($"{path} is missing: the base of the run '{_run.Name}' is not whole any more; run dedup on it again, or go on without.");
    }

    /// <summary>A part of signatures.</summary>
    /// <param name="Run">The run that has it; empty for the run that says so.</param>
    /// <param name="Number">Its number.</param>
    private sealed record SourcePart(string Run, string Number);
}
