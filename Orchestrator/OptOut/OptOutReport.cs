using DataForge.Corpus.OptOuts;
using DataForge.Crawler;
using static System.FormattableString;

namespace DataForge.Orchestrator.OptOut;

/// <summary>What an opt-out reports to the user.</summary>
internal static class OptOutReport
{
    /// <summary>The report's lines.</summary>
    /// <param name="removed">What is removed from raw.</param>
    /// <param name="runs">What is removed from runs.</param>
    /// <param name="unmatched">Those of the entries that match nothing (<see cref="Unmatched"/>).</param>
    public static IEnumerable<string> Lines(RemovedRows removed, RunRemovalTotals runs, IReadOnlyList<string> unmatched)
    {
        foreach (string entry in unmatched)
        {
            yield return $"{entry}: nothing in the workspace has this name; later crawls leave it out";
        }

        yield return Invariant($"removed from raw: {removed.Repositories.Count:N0} repositories, {removed.Occurrences:N0} occurrences, ")
            + Invariant($"{removed.Contents:N0} contents ({removed.SharedContents:N0} that other repositories have stay); ")
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

    /// <summary>The entries that name nothing that is removed now or was removed before.</summary>
    /// <param name="entries">The list's entries.</param>
    /// <param name="removed">What is removed from raw.</param>
    /// <param name="before">What earlier lists removed.</param>
    public static IReadOnlyList<string> Unmatched(IReadOnlyList<string> entries, RemovedRows removed, WorkspaceOptOuts before)
    {
        string[] names = [.. removed.Repositories.Concat(before.Repositories).Select(repository => repository.Name)];
        return [.. entries.Where(entry => !MatchesAny(entry, names))];
    }

    private static bool MatchesAny(string entry, string[] names)
    {
        var list = new OptOutList().With([entry]);
        return names.Any(name => list.FindRepository(name) is not null || list.FindRepository(name + "/") is not null);
    }
}
