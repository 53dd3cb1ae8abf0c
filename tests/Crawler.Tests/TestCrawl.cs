using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Crawler.Tests;

/// <summary>Runs the crawl stage on a workspace and reads the result.</summary>
internal sealed class TestCrawl(string workspaceFolder) : IEventSink
{
    private readonly List<Event> _events = [];

    public Workspace Workspace { get; } = Workspace.Open(workspaceFolder);

    public IReadOnlyList<Event> Events => _events;

    /// <summary>Called at each event, on the thread that writes it.</summary>
    public Action<Event>? OnEvent { get; set; }

    public CrawlOptions Options { get; } = new();

    public int Workers { get; set; } = 2;

    public Run Run { get; private set; } = null!;

    public async Task<TestCrawl> RunAsync(string run, params string[] sources) => await RunAsync(run, CancellationToken.None, sources);

    public async Task<TestCrawl> RunAsync(string run, CancellationToken cancellation, params string[] sources)
    {
        Options.Sources = [.. sources];
        Run = Run.Open(Workspace, run);
        _events.Clear();
        using var log = new EventLog(null, TimeProvider.System, this);
        await new CrawlStage(Options).RunAsync(new StageContext(Run, log, Workers, TimeProvider.System), cancellation);
        return this;
    }

    /// <summary>The occurrences of the run's pinned snapshots, in order.</summary>
    public List<Occurrence> Rows()
    {
        RunInput input = Run.ReadInput();
        HashSet<(long, int)> pinned = [.. input.Repositories.Select(repository => (repository.Id, repository.Snapshot))];
        return [.. input.Parts.SelectMany(part => RawFilesShard.Read(Workspace.RawFilesPart(part.Number)))
            .Where(row => pinned.Contains((row.Repository.Id, row.Repository.Snapshot)))];
    }

    /// <summary>Repository and path of each pinned occurrence, in ordinal order.</summary>
    public string[] Paths() =>
        [.. Rows().Select(row => $"{row.Repository.Name}: {row.Path}{(row.Fault is null ? "" : " !" + row.Fault)}").Order(StringComparer.Ordinal)];

    /// <summary>All contents of a raw part.</summary>
    public Dictionary<BlobId, byte[]> Contents(int part)
    {
        using var reader = new RawBlobsShard.Reader(Workspace.RawBlobsPart(part));
        Dictionary<BlobId, byte[]> contents = [];
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
            for (int row = 0; row < rows.Count; row++)
            {
                contents.Add(rows.Id(row), rows.Content(row).ToArray());
            }
        }

        return contents;
    }

    /// <summary>The raw folder's files with their hashes.</summary>
    public string[] RawHashes() => [.. Directory.EnumerateFiles(Workspace.RawFolder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Workspace.RawFolder, file) + " " + StageHash.OfFile(file)).Order(StringComparer.Ordinal)];

    public void Write(Event written)
    {
        lock (_events)
        {
            _events.Add(written);
        }

        OnEvent?.Invoke(written);
    }
}
