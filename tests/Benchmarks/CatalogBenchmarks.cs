using System.Diagnostics;
using System.Globalization;
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
        List<CatalogSubject> subjects = [];
        try
        {
            foreach (int size in sizes)
            {
                var watch = Stopwatch.StartNew();
                var subject = new CatalogSubject(CatalogAddress.Parse(server?.CreateDatabase(), folder[$"{size}.db"]), size);
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
            Measure("  and 100 snapshots, per snapshot", subjects, 1, CatalogSubject.PartSnapshots, subject => subject.CommitSnapshots());
            // A quarter more contents came: from a fifth on PostgreSQL cleans up by itself.
            subjects.ForEach(subject => subject.Analyze(server));
            Measure("find a content that is there", subjects, 2000, 1, subject => subject.FindContent(isThere: true));
            Measure("find a content that is not", subjects, 2000, 1, subject => subject.FindContent(isThere: false));
            Measure("find 1,000 contents at once, per content", subjects, 3, 1000, subject => subject.FindContents());
            Measure("find a snapshot", subjects, 1000, 1, subject => subject.FindSnapshot());
            Measure("ledger: take and record a window, per member", subjects, 1, CatalogSubject.WindowMembers, subject => subject.RecordWindow());
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

    private static void Mean(string name, List<CatalogSubject> subjects)
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
                    subjects[i].CommitPart(CatalogSubject.PartContents);
                }

                Spent end = subjects[i].Now();
                totals[i] = new Spent(totals[i].Time + end.Time - start.Time, totals[i].Processor + end.Processor - start.Processor);
            }
        }

        Print(name, [.. subjects.Select((subject, i) => new Spent(totals[i].Time / subject.Added, totals[i].Processor / subject.Added))]);
    }

    private static void Measure(string name, List<CatalogSubject> subjects, int times, int each, Action<CatalogSubject> operation)
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
    internal readonly record struct Spent(double Time, double Processor);
}
