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
/// Each operation of the catalog with few and many rows in every table:
/// <c>catalog [sqlite|postgres] [--rows 10000,100000,1000000] [--set NAME=VALUE …]</c>, settings of the server.
/// The catalogs of all sizes are open at once and measured in turns, so that what else the machine does weighs on all of them; a time is
/// the median of the turns, but that of a commit is the mean, since merges of the small table of contents belong to it. Beside the time
/// stands the processor's, of this process and the server's, which others on the machine weigh on less.
/// </summary>
public static class CatalogBenchmarks
{
    private const int Turns = 9;
    private const int PartContents = 6000;
    private const int PartSnapshots = 100;
    private const int WindowMembers = 500;
    private const string Query = "language:python";

    /// <summary>Runs it. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        bool isPostgres = args.Contains("postgres");
        string[] rows = Values(args, "--rows").DefaultIfEmpty("10000,100000,1000000").Last().Split(',');
        int[] sizes = [.. rows.Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        using PostgresServer? server = isPostgres ? PostgresServer.TryStart(isDurable: true, [.. Values(args, "--set")]) : null;
        if (isPostgres && server is null)
        {
            Console.Error.WriteLine("PostgreSQL is not installed.");
            return 1;
        }

        using var folder = new TemporaryFolder();
        List<Subject> subjects = [];
        try
        {
            foreach (int size in sizes)
            {
                var watch = Stopwatch.StartNew();
                var subject = new Subject(CatalogAddress.Parse(server?.CreateDatabase(), folder[$"{size}.db"]), size);
                subjects.Add(subject);
                subject.Fill();
                subject.Analyze(server);
                Console.WriteLine(
                    $"{size,9:N0} rows in each table: filled in {watch.Elapsed.TotalSeconds:F1} s, "
                    + $"{subject.DiskBytes(server) / 1e6:F0} MB on disk");
            }

            string settings = server is null ? "" : $", shared_buffers = {server.Sql("postgres", "SHOW shared_buffers").Trim()}";
            Console.WriteLine($"{(isPostgres ? "PostgreSQL" : "SQLite")}{settings}; {Environment.ProcessorCount} processors, {Load()}");
            string columns = string.Concat(sizes.Select(size => $"{size,11:N0}"));
            Console.WriteLine($"{"microseconds",-45}{columns}   ratio |{columns}   ratio of the processor's");
            Mean("commit a part: 6,000 contents, per content", subjects);
            Measure("  and 100 snapshots, per snapshot", subjects, 1, PartSnapshots, subject => subject.CommitSnapshots());
            // A quarter more contents came: from a fifth on PostgreSQL cleans up by itself.
            subjects.ForEach(subject => subject.Analyze(server));
            Measure("find a content that is there", subjects, 2000, 1, subject => subject.FindContent(isThere: true));
            Measure("find a content that is not", subjects, 2000, 1, subject => subject.FindContent(isThere: false));
            Measure("find 1,000 contents at once, per content", subjects, 3, 1000, subject => subject.FindContents());
            Measure("find a snapshot", subjects, 1000, 1, subject => subject.FindSnapshot());
            Measure("ledger: take and record a window, per member", subjects, 1, WindowMembers, subject => subject.RecordWindow());
            Measure("ledger: read repositories, per repository", subjects, 1, 5000, subject => subject.ReadRepositories());
            Measure("ledger: find and store an answer", subjects, 50, 1, subject => subject.Answer());
            Measure("complete 100 repositories, per repository", subjects, 1, 100, subject => subject.AddCompleted());
            Measure("set and find a repository's state", subjects, 50, 1, subject => subject.SetState());
            Measure("lease 10 repositories and complete them", subjects, 10, 1, subject => subject.Lease());
            Measure("renew leases, writer's included", subjects, 10, 1, subject => subject.Renew());
            Console.WriteLine($"peak memory {PeakMemory() / 1e6:F0} MB, all catalogs together; {Load()}");
            subjects[^1].Crawl(folder["run"]);
            Console.WriteLine(
                $"peak memory {PeakMemory() / 1e6:F0} MB after a crawl's lists of {sizes[^1]:N0} repositories, and the run's input written");
            return 0;
        }
        finally
        {
            subjects.ForEach(subject => subject.Dispose());
        }
    }

    private static IEnumerable<string> Values(string[] args, string name) =>
        args.Index().Where(item => item.Index > 0 && args[item.Index - 1] == name).Select(item => item.Item);

    private static void Mean(string name, List<Subject> subjects)
    {
        // As many turns as it takes for the largest to merge twice.
        var totals = new Spent[subjects.Count];
        long[] goals = [.. subjects.Select(subject => Math.Max(20_000L, subject.Size / 4))];
        const int Steps = 20;
        for (int step = 1; step <= Steps; step++)
        {
            for (int i = 0; i < subjects.Count; i++)
            {
                Spent start = subjects[i].Now();
                while (subjects[i].Added < goals[i] * step / Steps)
                {
                    subjects[i].CommitPart(PartContents);
                }

                Spent end = subjects[i].Now();
                totals[i] = new Spent(totals[i].Time + end.Time - start.Time, totals[i].Processor + end.Processor - start.Processor);
            }
        }

        Print(name, [.. subjects.Select((subject, i) => new Spent(totals[i].Time / subject.Added, totals[i].Processor / subject.Added))]);
    }

    private static void Measure(string name, List<Subject> subjects, int times, int each, Action<Subject> operation)
    {
        var turns = new Spent[subjects.Count, Turns];
        for (int turn = -1; turn < Turns; turn++)
        {
            for (int i = 0; i < subjects.Count; i++)
            {
                Spent start = subjects[i].Now();
                for (int time = 0; time < times; time++)
                {
                    operation(subjects[i]);
                }

                Spent end = subjects[i].Now();
                if (turn >= 0)
                {
                    turns[i, turn] = new Spent((end.Time - start.Time) / times / each, (end.Processor - start.Processor) / times / each);
                }
            }
        }

        Print(name, [.. subjects.Select((_, i) => new Spent(Median(i, spent => spent.Time), Median(i, spent => spent.Processor)))]);

        double Median(int i, Func<Spent, double> of) =>
            Enumerable.Range(0, Turns).Select(turn => of(turns[i, turn])).Order().ElementAt(Turns / 2);
    }

    private static void Print(string name, Spent[] spent) =>
        Console.WriteLine($"{name,-45}{Columns([.. spent.Select(one => one.Time)])} |{Columns([.. spent.Select(one => one.Processor)])}");

    private static string Columns(double[] values) => $"{string.Concat(values.Select(value => $"{value,11:F1}"))}{values[^1] / values[0],8:F2}";

    private static string Load() => File.Exists("/proc/loadavg") ? $"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}" : "load unknown";

    private static long PeakMemory() => File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024).FirstOrDefault();

    // Microseconds: of the clock, and of the processor in this process and the server's that answers it.
    private readonly record struct Spent(double Time, double Processor);

    // A catalog with so many rows in every table. Contents are looked for in no order, repositories in that of their numbers.
    private sealed class Subject(CatalogAddress address, int size) : IDisposable
    {
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
        public Spent Now() => new(
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
}
