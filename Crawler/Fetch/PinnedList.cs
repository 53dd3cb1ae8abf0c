using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>A line of a <see cref="PinnedList"/>.</summary>
/// <param name="Facts">The repository, with its commit and the number of its snapshot.</param>
/// <param name="Fault">Why it could not be had, one of <see cref="FaultRules"/>; null where it could.</param>
internal sealed record PinnedLine(RepositoryFacts Facts, string? Fault);

/// <summary>
/// A list of commits with the facts of the day they were read (<c>1-commits.jsonl</c> of a run): one <see cref="RepositoryFacts"/> as JSON a
/// line, in order of the numbers; <c>fault</c> is beside them where a repository with or without a commit could not be had. Crawled as
/// <c>pinned:FILE</c>, it gives the same rows, whatever happened to stars and branches since.
/// </summary>
internal static class PinnedList
{
    /// <summary>Its name in a run's folder.</summary>
    public const string FileName = "1-commits.jsonl";

    private const int MaxLine = 64 << 10;
    private const string FaultName = "fault";

    // Of a repository without a commit "empty" goes without saying.
    private static readonly string[] Faults =
    [
        FaultRules.Vanished, FaultRules.Private, FaultRules.Blocked, FaultRules.Timeout, FaultRules.Limit, FaultRules.Unreachable, FaultRules.Refused,
        FaultRules.Corrupt, FaultRules.Unsupported, FaultRules.Unreadable,
    ];

    private static readonly JsonSerializerOptions Line = new(CanonicalJson.Options) { WriteIndented = false };

    /// <summary>Writes the list of a run's repositories that came from a forge; none where there are none.</summary>
    /// <param name="path">Where.</param>
    /// <param name="catalog">The catalog that knows the snapshots.</param>
    /// <param name="snapshots">The snapshots, in order of their repositories' numbers.</param>
    /// <param name="rowsHash">The options' <see cref="CrawlOptions.RowsHash"/>.</param>
    public static void Write(string path, Catalog catalog, IReadOnlyList<(long Repository, int Snapshot)> snapshots, string rowsHash)
    {
        string temporary = AtomicFile.TemporaryName(path);
        using (var lines = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            foreach ((long repository, int snapshot) in snapshots)
            {
                if (catalog.Snapshots.FindFacts(repository, snapshot) is { Source: GitHubSource.KindName } facts)
                {
                    JsonNode line = JsonSerializer.SerializeToNode(facts, Line)!;
                    if (FindFault(catalog, facts, snapshot, rowsHash) is { } fault)
                    {
                        line[FaultName] = fault;
                    }

                    lines.Write(JsonSerializer.SerializeToUtf8Bytes(line, Line));
                    lines.WriteByte((byte)'\n');
                }
            }
        }

        if (new FileInfo(temporary).Length > 0)
        {
            AtomicFile.Commit(path);
        }
        else
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Takes the lines of other repositories than these out of a list, and the list away where none is left.</summary>
    public static void KeepOnly(string path, IReadOnlySet<long> repositories)
    {
        if (!File.Exists(path))
        {
            return;
        }

        string[] kept = [.. File.ReadLines(path, Encoding.UTF8).Where(line => Parse(line) is not { } read || repositories.Contains(read.Facts.Id))];
        if (kept.Length == 0)
        {
            File.Delete(path);
            return;
        }

        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(kept.Select(line => line + "\n"))));
    }

    /// <summary>Reads a list, in order of the numbers.</summary>
    /// <exception cref="DataForgeException">A line is none of a list, or two are of one repository.</exception>
    public static IReadOnlyList<PinnedLine> Read(string path)
    {
        SortedDictionary<long, PinnedLine> lines = [];
        int number = 0;
        foreach (string line in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            PinnedLine? parsed = Parse(line);
            RepositoryFacts? read = parsed?.Facts;
            if (read is null || read.Snapshot < 1 || (parsed!.Fault is { } fault && !Faults.Contains(fault)) || read.Commit is { } commit && !IsId(commit) || !GitHub.GitHubClient.IsFullName(read.Name))
            {
                throw DataForgeException.Usage($"{path} line {number} is no repository with its commit; give a file that a crawl wrote as {FileName}.");
            }

            if (!lines.TryAdd(read.Id, parsed!))
            {
                throw DataForgeException.Usage($"{path} line {number}: repository {read.Id} is there twice; leave one of them out.");
            }
        }

        return [.. lines.Values];
    }

    // The row of a repository that could not be had looks like another's whose one file is faulty; its signature tells.
    private static string? FindFault(Catalog catalog, RepositoryFacts facts, int snapshot, string rowsHash) =>
        catalog.States.Find(facts.Id) is { Status: not (RepositoryStatus.Present or RepositoryStatus.Empty) }
            ? Faults.FirstOrDefault(rule => catalog.Snapshots.Find(
                facts.Id, StageHash.Combine(rowsHash, FaultyRepository.SignatureOf(facts.Commit, rule)))?.Number == snapshot)
            : null;

    private static PinnedLine? Parse(string line)
    {
        try
        {
            if (line.Length > MaxLine || JsonNode.Parse(line) is not JsonObject read)
            {
                return null;
            }

            string? fault = read.Remove(FaultName, out JsonNode? named) ? named?.GetValue<string>() : null;
            return read.Deserialize<RepositoryFacts>(Line) is { } facts ? new PinnedLine(facts, fault) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Named by its line number, by the caller.
            return null;
        }
    }

    private static bool IsId(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);
}
