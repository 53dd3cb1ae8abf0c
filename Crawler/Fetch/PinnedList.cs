using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Git;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>A line of a <see cref="PinnedList"/>.</summary>
/// <param name="Facts">The repository, with its commit and the number of its snapshot.</param>
/// <param name="Fault">Why it could not be fetched, one of <see cref="RuleNames"/>; null if it could.</param>
internal sealed record PinnedLine(RepositoryFacts Facts, string? Fault);

/// <summary>
/// A list of commits with the repositories' facts of the day when they were read (<c>1-commits.jsonl</c> of a run): one
/// <see cref="RepositoryFacts"/> as JSON per line, in order of the repositories' numbers, with a <c>fault</c> where the repository could
/// not be fetched. Crawled as <c>pinned:FILE</c>, it gives the same rows, whatever changed in stars and branches since.
/// </summary>
internal static class PinnedList
{
    /// <summary>The list's name in a run's folder.</summary>
    public const string FileName = "1-commits.jsonl";

    // A bound on damaged files; a line has some hundred characters.
    private const int MaxLine = 64 << 10;
    private const string FaultName = "fault";

    // "empty" is not among them: a line without a commit and a fault says so.
    private static readonly string[] Faults =
    [
        RuleNames.Vanished, RuleNames.Private, RuleNames.Blocked, RuleNames.Timeout, RuleNames.Limit, RuleNames.Unreachable,
        RuleNames.Refused, RuleNames.Corrupt, RuleNames.Unsupported, RuleNames.Unreadable,
    ];

    private static readonly JsonSerializerOptions Line = new(CanonicalJson.Options) { WriteIndented = false };

    /// <summary>Writes the list of a run's repositories that came from a forge; no file where there are none.</summary>
    /// <param name="path">The list's path.</param>
    /// <param name="catalog">The catalog that has the snapshots.</param>
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

    /// <summary>Removes the lines of all other repositories from a list, and the list where no line remains.</summary>
    public static void KeepOnly(string path, IReadOnlySet<long> repositories)
    {
        if (!File.Exists(path))
        {
            return;
        }

        string[] kept =
        [
            .. File.ReadLines(path, Encoding.UTF8).Where(line => Parse(line) is not { } parsed || repositories.Contains(parsed.Facts.Id)),
        ];
        if (kept.Length == 0)
        {
            File.Delete(path);
            return;
        }

        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(kept.Select(line => line + "\n"))));
    }

    /// <summary>Reads a list, in order of the repositories' numbers.</summary>
    /// <exception cref="DataForgeException">A line is not valid, or two are of one repository.</exception>
    public static IReadOnlyList<PinnedLine> Read(string path)
    {
        SortedDictionary<long, PinnedLine> lines = [];
        int number = 0;
        foreach (string line in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            if (Parse(line) is not { } parsed || !IsValid(parsed))
            {
                throw DataForgeException.Usage(
                    $"{path} line {number} is no repository with its commit; give a file that a crawl wrote as {FileName}.");
            }

            if (!lines.TryAdd(parsed.Facts.Id, parsed))
            {
                throw DataForgeException.Usage(
                    $"{path} line {number}: repository {parsed.Facts.Id} is there twice; leave one of them out.");
            }
        }

        return [.. lines.Values];
    }

    private static bool IsValid(PinnedLine line) => line.Facts.Snapshot >= 1
        && (line.Fault is not { } fault || Faults.Contains(fault))
        && (line.Facts.Commit is not { } commit || CommitId.IsValid(commit))
        && GitHub.GitHubClient.IsFullName(line.Facts.Name);

    // Why a repository could not be fetched. Its row looks like that of a repository with one faulty file, so the snapshot's signature is
    // compared with that of each fault.
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
            // The caller reports the line by its number.
            return null;
        }
    }
}
