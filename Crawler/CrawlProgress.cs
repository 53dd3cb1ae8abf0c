using DataForge.Corpus.Runs;

namespace DataForge.Crawler;

/// <summary>What a crawl has done so far. Safe from several threads.</summary>
internal sealed class CrawlProgress
{
    private readonly Lock _lock = new();
    private readonly List<(long Repository, int Snapshot)> _snapshots = [];
    private long _files;
    private StageProgress? _byFiles;
    private StageProgress? _byRepositories;

    /// <summary>Files done.</summary>
    public long Files => Interlocked.Read(ref _files);

    /// <summary>Reports from now on what is done, in files or in repositories.</summary>
    public void ReportTo(StageProgress progress, bool byFiles) =>
        (_byFiles, _byRepositories) = (byFiles ? progress : null, byFiles ? null : progress);

    /// <summary>Adds a snapshot that is complete.</summary>
    public void AddSnapshot((long Repository, int Snapshot) snapshot)
    {
        lock (_lock)
        {
            _snapshots.Add(snapshot);
        }

        _byRepositories?.Advance(1);
    }

    /// <summary>Adds files that are done.</summary>
    public void AddFiles(long files)
    {
        Interlocked.Add(ref _files, files);
        _byFiles?.Advance(files);
    }

    /// <summary>The complete snapshots, in order of the repositories' ids.</summary>
    public List<(long Repository, int Snapshot)> Snapshots()
    {
        lock (_lock)
        {
            _snapshots.Sort();
            return [.. _snapshots];
        }
    }
}
