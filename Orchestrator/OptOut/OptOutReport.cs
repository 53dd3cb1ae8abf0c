using DataForge.Corpus.OptOuts;
using DataForge.Crawler;
using static System.FormattableString;

namespace DataForge.Orchestrator.OptOut;

/// <summary>What an opt-out reports to the user.</summary>
internal static class OptOutReport
{
    /// <summary>The report's lines.</summary>
    /// <param name="entries">The list's entries.</param>
    /// <param name="removed">What is removed from raw.</param>
    /// <param name="runs">What is removed from runs.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<string> entries, RemovedRows removed, RunRemovalTotals runs)
    {
        foreach (string entry in entries.Where(entry => !IsInWorkspace(entry, removed)))
        {
            yield return $"{entry}: nothing of that name is in the workspace; it stays out from now on";
        }

        yield return Invariant($"removed from raw: {removed.Repositories.Count:N0} repositories, {removed.Occurrences:N0} occurrences, ")
            + Invariant($"{removed.Contents:N0} contents ({removed.SharedContents:N0} that others hold stay); ")
            + Invariant($"{removed.Parts.Count:N0} parts rewritten, {removed.AllParts - removed.Parts.Count:N0} untouched");
        yield return Invariant($"removed from runs: {runs.Occurrences:N0} occurrences, {runs.Contents:N0} contents, ")
            + Invariant($"{runs.Files:N0} files of datasets, {runs.Documents:N0} documents, {runs.Tokens:N0} tokens; ")
            + Invariant($"{runs.Reattributed:N0} files attributed to others, {runs.Orphans:N0} duplicates without their twin; ")
            + Invariant($"{runs.Rewritten:N0} files rewritten or removed, {runs.Untouched:N0} untouched");
        foreach (string note in runs.Notes)
        {
            yield return note;
        }
    }

    private static bool IsInWorkspace(string entry, RemovedRows removed)
    {
        var list = new OptOutList().With([entry]);
        return removed.Repositories.Any(repository =>
            list.FindRepository(repository.Name) is not null || list.FindRepository(repository.Name + "/") is not null);
    }
}
