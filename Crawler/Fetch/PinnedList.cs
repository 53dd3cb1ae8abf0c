using System.Text;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// A list of commits with the facts of the day they were read (<c>1-commits.jsonl</c> of a run): one <see cref="RepositoryFacts"/> as JSON a
/// line, in order of the numbers. Crawled as <c>pinned:FILE</c>, it gives the same rows, whatever happened to stars and branches since.
/// </summary>
internal static class PinnedList
{
    /// <summary>Its name in a run's folder.</summary>
    public const string FileName = "1-commits.jsonl";

    private const int MaxLine = 64 << 10;
    private static readonly JsonSerializerOptions Line = new(CanonicalJson.Options) { WriteIndented = false };

    /// <summary>Writes the list of a run's repositories that came from a forge; none where there are none.</summary>
    public static void Write(string path, Catalog catalog, IReadOnlyList<(long Repository, int Snapshot)> snapshots)
    {
        using var lines = new MemoryStream();
        foreach ((long repository, int snapshot) in snapshots)
        {
            if (catalog.FindFacts(repository, snapshot) is { Source: GitHubSource.KindName } facts)
            {
                lines.Write(JsonSerializer.SerializeToUtf8Bytes(facts, Line));
                lines.WriteByte((byte)'\n');
            }
        }

        if (lines.Length > 0)
        {
            AtomicFile.Write(path, lines.ToArray());
        }
    }

    /// <summary>Reads a list, in order of the numbers.</summary>
    /// <exception cref="DataForgeException">A line is none of a list, or two are of one repository.</exception>
    public static IReadOnlyList<RepositoryFacts> Read(string path)
    {
        SortedDictionary<long, RepositoryFacts> facts = [];
        int number = 0;
        foreach (string line in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            RepositoryFacts? read = Parse(line);
            if (read is null || read.Commit is { } commit && !IsId(commit) || !GitHub.GitHubClient.IsFullName(read.Name))
            {
                throw DataForgeException.Usage($"{path} line {number} is no repository with its commit; give a file that a crawl wrote as {FileName}.");
            }

            if (!facts.TryAdd(read.Id, read))
            {
                throw DataForgeException.Usage($"{path} line {number}: repository {read.Id} is there twice; leave one of them out.");
            }
        }

        return [.. facts.Values];
    }

    private static RepositoryFacts? Parse(string line)
    {
        try
        {
            return line.Length <= MaxLine ? JsonSerializer.Deserialize<RepositoryFacts>(line, Line) : null;
        }
        catch (JsonException)
        {
            // Named by its line number, by the caller.
            return null;
        }
    }

    private static bool IsId(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);
}
