using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>
/// Collects a repository's files while its tree is walked, and ends the walk of a tree that never ends: a git tree may repeat itself
/// a million times over in a few bytes.
/// </summary>
internal sealed class ListingBuilder(CrawlOptions options)
{
    // Files beyond the limit get a row each, up to this many times the limit; then one row says that there is more.
    private const int RowsPerFile = 4;
    private const int EntriesPerFile = 64;
    private long _entries;

    /// <summary>The files so far.</summary>
    public List<FoundFile> Files { get; } = [];

    /// <summary>Files found so far that are kept elsewhere until their sizes are known.</summary>
    public int Pending { get; set; }

    /// <summary>Whether the walk has to end.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Counts an entry of a folder, and ends the walk at <paramref name="path"/> where there are too many.</summary>
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

        AddFault(path, GitMode.File, FileKind.Python, FaultRules.Limit, "the repository has too many files to list");
        IsFull = true;
        return false;
    }

    /// <summary>Adds a row for something that is not read.</summary>
    public void AddFault(string path, int mode, FileKind kind, string rule, string detail) =>
        Files.Add(new FoundFile { Path = path, Mode = mode, Kind = kind, Fault = rule, Detail = detail });

    /// <summary>The files in order, limits applied.</summary>
    public IReadOnlyList<FoundFile> Finish() => Listing.Finish(Files, options);
}
