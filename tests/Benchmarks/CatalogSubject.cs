using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// A catalog with so many rows in every table, for <see cref="CatalogBenchmarks"/>. Contents are looked for in no order, repositories in
/// that of their numbers.
/// </summary>
internal sealed class CatalogSubject(CatalogAddress address, int size) : IDisposable
{
    /// <summary>Contents of a part.</summary>
    public const int PartContents = 6000;

    /// <summary>Snapshots of a part.</summary>
    public const int PartSnapshots = 100;

    /// <summary>Repositories of a search window.</summary>
    public const int WindowMembers = 500;

    private const string Query = "language:python";

    private readonly Catalog _catalog = Catalog.Open(address, TimeProvider.System);
    private readonly TimeSpan _duration = TimeSpan.FromMinutes(10);
    private long _contents;
    private long _snapshots;
    private int _windows;
    private ulong _draw = 1;
    private int _next;
    private string? _schedule;

    public int Size => size;

    public long Added => _contents - size;

    public void Fill()
    {
        while (_contents < size)
        {
            CommitPart(Math.Min(PartContents, (int)(size - _contents)));
        }

        while (_snapshots < size)
        {
            CommitSnapshots(Math.Min(5000, (int)(size - _snapshots)));
        }

        _catalog.Ledger.Begin(Query);
        int windows = size / WindowMembers;
        _catalog.Ledger.Record(
            _catalog.Ledger.Take(Query)! with { State = WindowState.Split },
            [.. Enumerable.Range(0, windows + 40).Select(i => $"created:{i:D7}")], []);
        while (_windows < windows)
        {
            RecordWindow();
        }

        _catalog.Leases.AddWork("q", Enumerable.Range(0, size).Select(i => (long)i * 131), CancellationToken.None);
        foreach (int[] chunk in Enumerable.Range(0, size).Chunk(5000))
        {
            _catalog.Sources.AddCompleted([.. chunk.Select(i => new CompletedRepository(
                $"fresh:{i * 131L}", "0123456789012345678901234567890123456789012345678901234567890123", 1, new RepositoryState(
                    i * 131L, RepositoryStatus.Present, $"owner/repository-{i}", "0123456789012345678901234567890123456789")))]);
        }

        _catalog.Writer.TryAcquire(_duration);
    }

    // What PostgreSQL does by itself a minute after so many rows have come.
    public void Analyze(PostgresServer? server)
    {
        if (server is not null)
        {
            server.Sql(Database, "VACUUM ANALYZE");
            string process = server.Sql(Database, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dataforge'");
            _schedule = $"/proc/{process.Trim()}/schedstat";
        }
    }

    // The first figure there: nanoseconds on a processor.
    public CatalogBenchmarks.Spent Now() => new(
        Stopwatch.GetTimestamp() * 1e6 / Stopwatch.Frequency,
        Environment.CpuUsage.TotalTime.TotalMicroseconds
            + (File.Exists(_schedule) ? long.Parse(File.ReadAllText(_schedule).Split(' ')[0], CultureInfo.InvariantCulture) / 1e3 : 0));

    public long DiskBytes(PostgresServer? server)
    {
        if (address.File is { } file)
        {
            return new FileInfo(file).Length + new FileInfo(file + "-wal").Length;
        }

        return long.Parse(server!.Sql(Database, "SELECT pg_database_size(current_database())").Trim(), CultureInfo.InvariantCulture);
    }

    public void CommitPart(int contents)
    {
        int number = _catalog.Parts.NextNumber();
        _catalog.Parts.Commit(
            new RawPart(number, new string('a', 64), new string('b', 64), contents, contents, 32 << 20), [],
            Enumerable.Range(0, contents).Select(i => (Id(_contents + i), 5000)), [number]);
        _contents += contents;
    }

    public void CommitSnapshots(int count = PartSnapshots)
    {
        _catalog.Parts.Commit(
            null,
            Enumerable.Range(0, count).Select(i => new SnapshotShare(
                new RepositoryFacts
                {
                    Id = (_snapshots + i) * 131, Name = $"owner/repository-{_snapshots + i}", Source = "github",
                    Commit = "0123456789012345678901234567890123456789", Stars = 12, Forks = 3, CreatedAt = "2020-01-01T00:00:00Z",
                },
                "0123456789012345678901234567890123456789012345678901234567890123", 60, IsComplete: true,
                new CountTable
                {
                    [CountName.BytesOf(FileKind.Python)] = 300_000, [CountName.OccurrencesOf(FileKind.Python)] = 60,
                })),
            [], []);
        _snapshots += count;
    }

    public void FindContent(bool isThere)
    {
        (int part, _) = _catalog.Contents.Find(Id(isThere ? Draw(_contents) : -1 - Draw(1L << 40)));
        if (part >= 0 != isThere)
        {
            throw new InvalidOperationException("the catalog's answer is wrong");
        }
    }

    public void FindContents()
    {
        IEnumerable<BlobId> ids = Enumerable.Range(0, 1000).Select(i => Id(i % 2 == 0 ? Draw(_contents) : -1 - Draw(1L << 40)));
        int found = _catalog.Contents.FindMany(ids).Count;
        if (found is 0 or > 500)
        {
            throw new InvalidOperationException("the catalog's answer is wrong");
        }
    }

    public void FindSnapshot() => _catalog.Snapshots.Find(
        Next() * 131, "0123456789012345678901234567890123456789012345678901234567890123");

    public void RecordWindow()
    {
        // Windows of creation times: their repositories have numbers near each other, in no order.
        SearchWindow window = _catalog.Ledger.Take(Query)!;
        _catalog.Ledger.Record(
            window with { State = WindowState.Done, Expected = WindowMembers, Seen = WindowMembers, ETag = "W/\"0123456789abcdef\"" }, [],
            [.. Enumerable.Range(0, WindowMembers).Select(i => new DiscoveredRepository
            {
                Id = (((long)_windows * WindowMembers) + i) * 131, FullName = $"owner/repository-{_windows}-{i}",
                CloneUrl = $"https://github.example/owner/repository-{_windows}-{i}.git", DefaultBranch = "main", Stars = i % 10,
                CreatedAt = DateTimeOffset.FromUnixTimeSeconds(1_500_000_000), UpdatedAt = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000),
                LicenseSpdx = "MIT",
            })]);
        _windows++;
    }

    public void ReadRepositories()
    {
        if (_catalog.Ledger.Repositories(Query).Take(5000).Count() != 5000)
        {
            throw new InvalidOperationException("the catalog's answer is wrong");
        }
    }

    public void Answer()
    {
        string path = $"/repositories/{Draw(size)}";
        _catalog.Ledger.FindResponse(path);
        _catalog.Ledger.StoreResponse(path, new CachedResponse("\"0123456789\"", new byte[300]));
    }

    public void AddCompleted() => _catalog.Sources.AddCompleted(
        [.. Enumerable.Range(0, 100).Select(_ => Next() * 131).Select(id => new CompletedRepository(
        $"fresh:{id}", "1123456789012345678901234567890123456789012345678901234567890123", 1, new RepositoryState(
            id, RepositoryStatus.Present, "owner/repository", "0123456789012345678901234567890123456789")))]);

    public void SetState()
    {
        RepositoryState state = _catalog.States.Find(Next() * 131)!;
        _catalog.States.Set(state with { Status = RepositoryStatus.Vanished });
    }

    public void Lease()
    {
        IReadOnlyList<long> leased = _catalog.Leases.TryLeaseRepositories("q", 10, _duration);
        foreach (long repository in leased)
        {
            if (!_catalog.Leases.Complete("q", repository, null))
            {
                throw new InvalidOperationException("the catalog's answer is wrong");
            }
        }
    }

    // What a crawl holds of all repositories at a time, and what it writes of them at its end.
    public void Crawl(string run)
    {
        Directory.CreateDirectory(run);
        List<ForgeRepository> repositories = Found();
        (long, int)[] snapshots = [.. repositories.Select(repository => (repository.Id, 1))];
        GC.KeepAlive(repositories);
        repositories.Clear();
        PinnedList.Write(Path.Combine(run, PinnedList.FileName), _catalog, snapshots, "");
        using FileStream input = File.Create(Path.Combine(run, "input"));
        CanonicalJson.Write(input, _catalog.Parts.InputOf(snapshots, new CountTable()));
    }

    private List<ForgeRepository> Found()
    {
        Func<long, DiscoveredRepository> read = id => _catalog.Discovered.Find(id, Query)!;
        SortedDictionary<long, (string Name, Func<long, DiscoveredRepository> Read)> found = [];
        foreach (DiscoveredRepository repository in _catalog.Ledger.Repositories(Query))
        {
            found.TryAdd(repository.Id, (repository.FullName, read));
        }

        return [.. found.Take(Size).Select(entry => new ForgeRepository(entry.Key, entry.Value.Name, entry.Value.Read, null!))];
    }

    public void Renew() => _catalog.Leases.Renew(_duration);

    public void Dispose() => _catalog.Dispose();

    private string Database => address.Text[(address.Text.LastIndexOf('/') + 1)..];

    // A crawl comes to repositories in the order of their numbers.
    private long Next() => ((size / 3) + _next++) % size;

    private long Draw(long below)
    {
        _draw = (_draw * 6364136223846793005) + 1442695040888963407;
        return (long)((_draw >> 11) % (ulong)below);
    }

    private static BlobId Id(long number)
    {
        Span<byte> bytes = stackalloc byte[8 + SHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        SHA1.HashData(bytes[..8], bytes[8..]);
        return new BlobId(bytes[8..]);
    }
}
