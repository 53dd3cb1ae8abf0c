using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;

namespace DataForge.Orchestrator.OptOut;

/// <summary>What is left to do for a run when its files are in their places.</summary>
/// <param name="Name">The run.</param>
/// <param name="Pin">Whether its input is pinned anew.</param>
/// <param name="FewerSources">Whether its sources became fewer.</param>
/// <param name="Redraw">Whether its card and its report are drawn anew.</param>
internal sealed record RunToFinish(string Name, bool Pin, bool FewerSources, bool Redraw);

/// <summary>
/// An opt-out that has begun (<c>optout.journal.json</c>), so that it ends whatever happens. Until <see cref="Ready"/>, nothing but its own folder has changed, and it
/// is planned anew; from then on it is carried out from where it was.
/// </summary>
internal sealed record OptOutJournal
{
    /// <summary>The list's entries, in ordinal order.</summary>
    public required IReadOnlyList<string> Entries { get; init; }

    /// <summary>What is removed; null until all new files are written aside.</summary>
    public RemovedRows? Ready { get; init; }

    /// <summary>Files and folders to remove, relative to the workspace.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>The runs that are changed.</summary>
    public IReadOnlyList<RunToFinish> Runs { get; init; } = [];

    /// <summary>What is told at the end.</summary>
    public IReadOnlyList<string> Told { get; init; } = [];

    /// <summary>The folder where new files wait.</summary>
    public static string WorkFolder(Workspace workspace) => Path.Combine(workspace.Folder, "optout.work");

    /// <summary>The opt-out that has begun and not ended, or null.</summary>
    public static OptOutJournal? Read(Workspace workspace) =>
        File.Exists(OptOutLock.JournalFile(workspace.Folder)) ? CanonicalJson.Read<OptOutJournal>(OptOutLock.JournalFile(workspace.Folder)) : null;

    /// <summary>Writes the journal.</summary>
    public void Write(Workspace workspace) => AtomicFile.Write(OptOutLock.JournalFile(workspace.Folder), CanonicalJson.Write(this));
}
