using DataForge.Inspection.Settings;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup.Removal;
using DataForge.Inspection.Reporting;
using DataForge.Orchestrator.Settings;

namespace DataForge.Orchestrator.OptOut;

/// <summary>
/// Applies a list to a workspace and to all its runs, in two halves: everything new is written aside while nothing changes; then the journal says that it is
/// ready, and each step that follows can be done again. So it ends in the same files wherever it was killed.
/// </summary>
internal sealed class OptOutApplication(Workspace workspace)
{
    private readonly string _folder = OptOutJournal.WorkFolder(workspace);
    private readonly string? _catalog = CatalogOf(workspace);

    /// <summary>Where the workspace's catalog lies, by the options of its runs; null for the file in it.</summary>
    public static string? CatalogOf(Workspace workspace) => workspace.RunNames()
        .Select(name => RunOptions.Of(Run.Open(workspace, name)).Crawl.Catalog).FirstOrDefault(catalog => !string.IsNullOrEmpty(catalog));

    /// <summary>Ends an opt-out that was interrupted, if there is one; returns what it did.</summary>
    public async Task<IReadOnlyList<string>?> FinishAsync(CancellationToken cancellation) => OptOutJournal.Read(workspace) is not { } begun
        ? null
        : await CarryOutAsync(begun.Ready is null ? Planned(begun.Entries, cancellation) : begun, cancellation).ConfigureAwait(false);

    /// <summary>Applies a list; returns what it did.</summary>
    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<string> entries, CancellationToken cancellation)
    {
        new OptOutJournal { Entries = entries }.Write(workspace);
        return await CarryOutAsync(Planned(entries, cancellation), cancellation).ConfigureAwait(false);
    }

    // What cannot be planned leaves nothing behind: the workspace is as it was, and stays usable.
    private OptOutJournal Planned(IReadOnlyList<string> entries, CancellationToken cancellation)
    {
        try
        {
            return Plan(entries, cancellation);
        }
        catch
        {
            RemoveFolder();
            File.Delete(OptOutLock.JournalFile(workspace.Folder));
            throw;
        }
    }

    private OptOutJournal Plan(IReadOnlyList<string> entries, CancellationToken cancellation)
    {
        RemoveFolder();
        Directory.CreateDirectory(_folder);
        string list = WorkspaceOptOuts.HashOf(entries);
        var optOuts = new OptOutList().With(entries);
        var rewrite = new WorkspaceRewrite(workspace, _folder, list);
        RemovedRows removed = WorkspaceRemoval.HasCatalog(workspace, _catalog) || Directory.EnumerateFiles(workspace.RawFolder).Any()
            ? WorkspaceRemoval.Rewrite(rewrite, _catalog, optOuts, _folder, cancellation)
            : RemovedRows.None;
        var runs = new RunRemoval(rewrite, removed, list);
        IReadOnlyList<RunToFinish> toFinish = runs.Rewrite(cancellation);
        rewrite.Flush();
        var ready = new OptOutJournal
        {
            Entries = entries,
            Ready = removed,
            Removed = [.. rewrite.Removed],
            Runs = toFinish,
            Told = [.. Tell(entries, removed, runs.Totals)],
        };
        ready.Write(workspace);
        return ready;
    }

    private async Task<IReadOnlyList<string>> CarryOutAsync(OptOutJournal journal, CancellationToken cancellation)
    {
        RemovedRows removed = journal.Ready!;
        string list = WorkspaceOptOuts.HashOf(journal.Entries);
        WorkspaceOptOuts tombstones = WorkspaceOptOuts.Read(workspace).With(journal.Entries.Select(entry => new OptOutEntry(entry, list)), removed.Repositories);
        AtomicFile.Write(WorkspaceOptOuts.FileOf(workspace), CanonicalJson.Write(tombstones));
        new WorkspaceRewrite(workspace, _folder, list).Apply(journal.Removed);
        if (removed.Repositories.Count > 0)
        {
            WorkspaceRemoval.Apply(workspace, _catalog, removed, _folder);
        }

        using var silent = new EventLog(null, TimeProvider.System);
        foreach (RunToFinish changed in journal.Runs)
        {
            cancellation.ThrowIfCancellationRequested();
            Run run = Run.Open(workspace, changed.Name);
            DataForgeOptions options = RunOptions.Of(run);
            if (changed.Pin || (changed.FewerSources && File.Exists(run.InputFile)))
            {
                WorkspaceRemoval.Pin(run, _catalog, changed.FewerSources ? options.Crawl : null);
            }

            if (changed.Redraw)
            {
                var context = new StageContext(run, silent, 1, TimeProvider.System);
                await DatasetRemoval.WriteCardAsync(context, options.Dedup, cancellation).ConfigureAwait(false);
                if (run.Manifest.Entries("report").Count > 0)
                {
                    await new ReportStage().RunAsync(context, cancellation).ConfigureAwait(false);
                }
            }
        }

        RemoveFolder();
        File.Delete(OptOutLock.JournalFile(workspace.Folder));
        return journal.Told;
    }

    private void RemoveFolder()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static IEnumerable<string> Tell(IReadOnlyList<string> entries, RemovedRows removed, RunRemovalTotals runs)
    {
        foreach (string entry in entries)
        {
            var one = new OptOutList().With([entry]);
            if (!removed.Repositories.Any(repository => one.FindRepository(repository.Name) is not null || one.FindRepository(repository.Name + "/") is not null))
            {
                yield return $"{entry}: nothing of that name is in the workspace; it stays out from now on";
            }
        }

        yield return FormattableString.Invariant($"removed from raw: {removed.Repositories.Count:N0} repositories, {removed.Occurrences:N0} occurrences, {removed.Contents:N0} contents ({removed.SharedContents:N0} that others hold stay); {removed.Parts.Count:N0} parts rewritten, {removed.AllParts - removed.Parts.Count:N0} untouched");
        yield return FormattableString.Invariant($"removed from runs: {runs.Occurrences:N0} occurrences, {runs.Contents:N0} contents, {runs.Files:N0} files of datasets, {runs.Documents:N0} documents, {runs.Tokens:N0} tokens; {runs.Reattributed:N0} files attributed to others, {runs.Orphans:N0} duplicates without their twin; {runs.Rewritten:N0} files rewritten or removed, {runs.Untouched:N0} untouched");
        foreach (string note in runs.Notes)
        {
            yield return note;
        }
    }
}
