using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>
/// Collects a repository's files while its tree is walked, and ends the walk of a tree that is too large: a git tree of a few bytes may
/// contain itself so often that it has millions of entries.
/// </summary>
internal sealed class ListingBuilder(CrawlOptions options)
{
    // Each file beyond the limit gets a row, up to four times the limit; then one row says that there are more. By default that is
    // 2,000,000 rows, 600 MB at the 300 bytes of CrawlOptions.MaxRepositoryFiles.
    private const int RowsPerFile = 4;

    // Entries of all kinds of files. In repositories of Python code a few in ten are Python files; 64 leaves room for a repository that is
    // mostly data, and bounds the walk to 32,000,000 entries by default.
    private const int EntriesPerFile = 64;
    private long _entries;

    /// <summary>The files so far.</summary>
    public List<FoundFile> Files { get; } = [];

    /// <summary>The number of further files that were found and are added when their sizes are known.</summary>
    public int Pending { get; set; }

    /// <summary>Whether the walk has to end.</summary>
    public bool IsFull { get; private set; }

    /// <summary>
    /// Counts an entry of a folder. Returns whether the walk continues; it ends at <paramref name="path"/> where there are too many.
    /// </summary>
    public bool Enter(string path)
    {
        if (IsFull)
        {
            return false;
        }

        long max = options.MaxRepositoryFiles;
        if (Files.Count + Pending < RowsPerFile * max && _entries++ < EntriesPerFile * max)
        {
            return true;
        }

        AddFault(path, GitMode.File, FileKind.Python, RuleNames.Limit, "the repository has too many files to list");
        IsFull = true;
        return false;
    }

    /// <summary>Adds a row for a file or folder that is not read.</summary>
    public void AddFault(string path, int mode, FileKind kind, string rule, string detail) =>
        Files.Add(new FoundFile { Path = path, Mode = mode, Kind = kind, Fault = rule, Detail = detail });

    /// <summary>The files in order, with the limits applied.</summary>
    public IReadOnlyList<FoundFile> Finish() => Listing.Finish(Files, options);
}
