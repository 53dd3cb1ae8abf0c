using System.Text.Json.Serialization;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;

namespace DataForge.Orchestrator.OptOut;

/// <summary>What remains to be done for a run once its files have been replaced.</summary>
/// <param name="Name">The run.</param>
/// <param name="Pin">Whether its input must be pinned again.</param>
/// <param name="FewerSources">Whether sources were removed from its options.</param>
/// <param name="Redraw">Whether its dataset card and its report must be written again.</param>
internal sealed record RunToFinish(string Name, bool Pin, bool FewerSources, bool Redraw);

/// <summary>
/// An opt-out in progress (<c>optout.journal.json</c>), so that it can be finished after any interruption. While <see cref="Ready"/> is
/// null, only the work folder has changed, and an interrupted opt-out is planned again; afterwards idempotent steps put it in place.
/// </summary>
internal sealed record OptOutJournal
{
    /// <summary>The list's entries, in ordinal order.</summary>
    public required IReadOnlyList<string> Entries { get; init; }

    /// <summary>What is removed; null until all new files are complete in the work folder.</summary>
    public RemovedRows? Ready { get; init; }

    /// <summary>Files and folders to remove, relative to the workspace.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>The runs that are changed.</summary>
    public IReadOnlyList<RunToFinish> Runs { get; init; } = [];

    /// <summary>The lines that report the result.</summary>
    [JsonPropertyName("told")]
    public IReadOnlyList<string> Report { get; init; } = [];

    /// <summary>How many entries name nothing that is or was in the workspace.</summary>
    public int Unmatched { get; init; }

    /// <summary>The folder of new files, until they replace the old ones.</summary>
    public static string WorkFolder(Workspace workspace) => Path.Combine(workspace.Folder, "optout.work");

    /// <summary>The opt-out in progress, or null.</summary>
    public static OptOutJournal? Read(Workspace workspace)
    {
        string file = OptOutLock.JournalFile(workspace.Folder);
        return File.Exists(file) ? CanonicalJson.Read<OptOutJournal>(file) : null;
    }

    /// <summary>Writes the journal.</summary>
    public void Write(Workspace workspace) =>
        AtomicFile.Write(OptOutLock.JournalFile(workspace.Folder), CanonicalJson.Write(this));
}
