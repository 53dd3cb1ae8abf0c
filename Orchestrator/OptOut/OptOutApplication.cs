using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup.Removal;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Settings;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.Submitting;

namespace DataForge.Orchestrator.OptOut;

/// <summary>
/// Applies a list to a workspace and to all its runs, in two phases. First all new files are written to a work folder while nothing else
/// changes. Then the journal says that they are complete, and idempotent steps put them in place. So the result is the same wherever the
/// process was killed.
/// </summary>
/// <param name="workspace">The workspace; the caller holds its opt-out lock and its crawl lock.</param>
/// <param name="time">The clock.</param>
internal sealed class OptOutApplication(Workspace workspace, TimeProvider time)
{
    private readonly string _folder = OptOutJournal.WorkFolder(workspace);
    private readonly string? _catalog = CatalogOf(workspace);

    /// <summary>The address of the workspace's catalog, from the options of its runs; null for the file in the workspace.</summary>
    public static string? CatalogOf(Workspace workspace) => workspace.RunNames()
        .Select(name => RunOptions.Of(Run.Open(workspace, name)).Crawl.Catalog)
        .FirstOrDefault(catalog => !string.IsNullOrEmpty(catalog));

    /// <summary>Finishes an interrupted opt-out; returns what was done, or null if there is none.</summary>
    public async Task<OptOutJournal?> FinishAsync(CancellationToken cancellation) => OptOutJournal.Read(workspace) is not { } begun
        ? null
        : await CarryOutAsync(begun.Ready is null ? Plan(begun.Entries, cancellation) : begun, cancellation).ConfigureAwait(false);

    /// <summary>Applies a list; returns what was done.</summary>
    public async Task<OptOutJournal> ApplyAsync(IReadOnlyList<string> entries, CancellationToken cancellation)
    {
        new OptOutJournal { Entries = entries }.Write(workspace);
        return await CarryOutAsync(Plan(entries, cancellation), cancellation).ConfigureAwait(false);
    }

    // A plan that fails leaves nothing behind: the workspace is unchanged and usable.
    private OptOutJournal Plan(IReadOnlyList<string> entries, CancellationToken cancellation)
    {
        try
        {
            return WriteNewFiles(entries, cancellation);
        }
        catch
        {
            RemoveWorkFolder();
            File.Delete(OptOutLock.JournalFile(workspace.Folder));
            throw;
        }
    }

    private OptOutJournal WriteNewFiles(IReadOnlyList<string> entries, CancellationToken cancellation)
    {
        RemoveWorkFolder();
        Directory.CreateDirectory(_folder);
        string list = WorkspaceOptOuts.HashOf(entries);
        var optOuts = new OptOutList().With(entries);
        var rewrite = new WorkspaceRewrite(workspace, _folder, list);
        RemovedRows removed = WorkspaceRemoval.HasCatalog(workspace, _catalog) || Directory.EnumerateFiles(workspace.RawFolder).Any()
            ? WorkspaceRemoval.Rewrite(rewrite, _catalog, optOuts, _folder, cancellation)
            : RemovedRows.None;
        var runs = new RunRemoval(rewrite, removed, list);
        IReadOnlyList<RunToFinish> toFinish = runs.Rewrite(cancellation);

        // The message of a fault may name a repository, and so may what a submitted task writes.
        rewrite.Remove(FaultFile.FolderName);
        rewrite.Remove(JobFolder.Name);
        rewrite.Flush();
        IReadOnlyList<string> unmatched = OptOutReport.Unmatched(entries, removed, WorkspaceOptOuts.Read(workspace));
        var ready = new OptOutJournal
        {
            Entries = entries,
            Ready = removed,
            Removed = [.. rewrite.Removed],
            Runs = toFinish,
            Report = [.. OptOutReport.Lines(removed, runs.Totals, unmatched)],
            Unmatched = unmatched.Count,
        };
        ready.Write(workspace);
        return ready;
    }

    private async Task<OptOutJournal> CarryOutAsync(OptOutJournal journal, CancellationToken cancellation)
    {
        RemovedRows removed = journal.Ready!;
        string list = WorkspaceOptOuts.HashOf(journal.Entries);
        WorkspaceOptOuts tombstones = WorkspaceOptOuts.Read(workspace)
            .With(journal.Entries.Select(entry => new OptOutEntry(entry, list)), removed.Repositories);
        AtomicFile.Write(WorkspaceOptOuts.FileOf(workspace), CanonicalJson.Write(tombstones));
        new WorkspaceRewrite(workspace, _folder, list).Apply(journal.Removed);
        if (removed.Repositories.Count > 0)
        {
            WorkspaceRemoval.Apply(workspace, _catalog, removed, _folder);
        }

        using var noEvents = new EventLog(null, time);
        foreach (RunToFinish changed in journal.Runs)
        {
            cancellation.ThrowIfCancellationRequested();
            await FinishRunAsync(changed, noEvents, cancellation).ConfigureAwait(false);
        }

        RemoveWorkFolder();
        File.Delete(OptOutLock.JournalFile(workspace.Folder));
        return journal;
    }

    private async Task FinishRunAsync(RunToFinish changed, EventLog noEvents, CancellationToken cancellation)
    {
        Run run = Run.Open(workspace, changed.Name);
        DataForgeOptions options = RunOptions.Of(run);
        if (changed.Pin || (changed.FewerSources && File.Exists(run.InputFile)))
        {
            WorkspaceRemoval.Pin(run, _catalog, changed.FewerSources ? options.Crawl : null);
        }

        if (changed.Redraw)
        {
            var context = new StageContext(run, noEvents, 1, time);
            await DatasetRemoval.WriteCardAsync(context, options.Dedup, cancellation).ConfigureAwait(false);
            if (run.Manifest.Entries(StageNames.Report).Count > 0)
            {
                await new ReportStage().RunAsync(context, cancellation).ConfigureAwait(false);
            }
        }
    }

    private void RemoveWorkFolder()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
