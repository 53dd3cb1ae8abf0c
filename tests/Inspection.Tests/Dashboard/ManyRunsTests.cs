using System.Diagnostics;
using System.Globalization;
using System.Text;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Dashboard;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Dashboard;

/// <summary>
/// How long pages take over many runs, and the memory. The suite has a few runs; <c>./dataforge check dashboard</c> has 1,000 of 1,000
/// events, and one of 1,000,000.
/// </summary>
public sealed class ManyRunsTests
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);
    private const long MostBytes = 300_000_000;
    private const string Log = "20260101T000000.000Z-1.jsonl";

    [Fact]
    public void Pages_manyRuns_openWithinTwoSeconds()
    {
        int runs = Setting("DATAFORGE_TEST_DASHBOARD_RUNS", 60);
        int events = Setting("DATAFORGE_TEST_DASHBOARD_EVENTS", 100 * runs);
        using var folder = new TemporaryFolder();
        for (int i = 0; i < runs; i++)
        {
            Write(folder, $"run-{i:D4}", events / runs);
        }

        var dashboard = new Inspection.Dashboard.Dashboard([folder.Path], TimeProvider.System);
        Measure("start page, first", () => dashboard.Start(1));
        Measure("start page, again", () => dashboard.Start(1));
        Measure("start page, the last", () => dashboard.Start(int.MaxValue));
        Measure("a run", () => dashboard.Run("run-0000", 0));
        Measure("drops over time", dashboard.Drops);
        Measure("two runs", () => dashboard.Compare("run-0001", "run-0002"));

        // A log as long as all the others is read once, most of it without being parsed; after that, only what is appended.
        Write(folder, "long", events);
        Measure("the long run, first", () => dashboard.Run("long", 0));
        File.AppendAllText(folder["runs", "long", "events", Log], Line("training.step", Step(2_000_000, 2_000_000)));
        Measure("the long run, after an event", () => dashboard.Run("long", 0));
        Assert.Contains("step 2,000,000", dashboard.Run("long", 0).Html, StringComparison.Ordinal);
    }

    // In the suite, other tests of the process have a share in its memory.
    private static bool IsFull => Environment.GetEnvironmentVariable("DATAFORGE_TEST_DASHBOARD_RUNS") is { Length: > 0 };

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static void Measure(string what, Func<DashboardAnswer> open)
    {
        long begin = Stopwatch.GetTimestamp();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        DashboardAnswer answer = open();
        TimeSpan processor = Environment.CpuUsage.TotalTime - before;
        using var process = Process.GetCurrentProcess();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-30} {Stopwatch.GetElapsedTime(begin).TotalSeconds,6:F2} s, {processor.TotalSeconds,6:F2} s of processor, "
            + $"{answer.Html.Length / 1000.0,6:F0} kB, peak memory {process.PeakWorkingSet64 / 1e6:F0} MB"));
        Assert.Equal(200, answer.Status);

        // Processor time, since other programs may keep the machine busy.
        Assert.True(processor < Most, $"{what}: {processor}");
        if (IsFull)
        {
            Assert.InRange(process.PeakWorkingSet64, 0, MostBytes);
        }
    }

    // Progress, parts and training steps, as a build logs them.
    private static void Write(TemporaryFolder folder, string name, int events)
    {
        folder.Write($"runs/{name}/version", "1\n");
        Directory.CreateDirectory(folder["runs", name, "events"]);
        using var log = new StreamWriter(folder["runs", name, "events", Log]);
        log.Write(Line("run.started", $"\"run\":\"{name}\",\"workspace\":\"/elsewhere\",\"version\":\"1\",\"stages\":[\"clean\",\"pretrain\"]"));
        log.Write(Line("stage.started", "\"stage\":\"clean\""));
        for (int i = 3; i <= events / 4; i++)
        {
            log.Write(i % 8 == 0
                ? Line("part.done", $"\"stage\":\"clean\",\"part\":\"part-{i:D5}\",\"reused\":false,\"seconds\":1,\"counts\":{{\"contents.in\":9}}")
                : Line("stage.advanced", $"\"stage\":\"clean\",\"unit\":\"files\",\"done\":{i},\"total\":{events},\"seconds\":{i}"));
        }

        log.Write(Line("stage.started", "\"stage\":\"pretrain\""));
        for (int i = 1; i < events - (events / 4); i++)
        {
            log.Write(Line("training.step", Step(i, events)));
        }

        log.Write(Line("run.finished", $"\"run\":\"{name}\",\"status\":\"done\",\"seconds\":9"));
        WriteManifest(folder, name);
    }

    private static void WriteManifest(TemporaryFolder folder, string name)
    {
        var counts = new CountTable();
        counts[CountName.OccurrencesIn] = 1000;
        counts[CountName.ContentsOut] = 500;
        for (int rule = 0; rule < 20; rule++)
        {
            counts[CountName.Dropped.Of($"rule_{rule}")] = 10 + rule;
        }

        foreach (string stage in new[] { StageNames.Clean, StageNames.Dedup })
        {
            for (int part = 0; part < 8; part++)
            {
                var entry = new ManifestEntry { Stage = stage, Part = $"part-{part:D5}", InputHash = "", OptionsHash = "", Counts = counts };
                folder.Write($"runs/{name}/manifest/{stage}/part-{part:D5}.json", Encoding.UTF8.GetString(CanonicalJson.Write(entry)));
            }
        }
    }

    private static string Step(int step, int steps) =>
        $"\"step\":{step},\"steps\":{steps},\"loss\":{(2 + (8.0 / step)).ToString(CultureInfo.InvariantCulture)},\"tokensPerSecond\":51234.5,"
        + "\"learningRate\":0.0006,\"gradientNorm\":0.71,\"secondsLeft\":12.5,\"memoryBytes\":812345678";

    private static string Line(string type, string fields) => $"{{\"type\":\"{type}\",\"time\":\"2026-01-01T00:00:00.0000000+00:00\",{fields}}}\n";
}
