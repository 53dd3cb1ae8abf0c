using System.Diagnostics;
using System.Globalization;
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

    [Fact]
    public void Pages_manyRuns_openWithinTwoSeconds()
    {
        int runs = Setting("DATAFORGE_TEST_DASHBOARD_RUNS", 60);
        int events = Setting("DATAFORGE_TEST_DASHBOARD_EVENTS", 100 * runs);
        using var folder = new TemporaryFolder();
        for (int i = 0; i < runs; i++)
        {
            WrittenRuns.Write(folder.Path, $"run-{i:D4}", events / runs);
        }

        var dashboard = new Inspection.Dashboard.Dashboard([folder.Path], TimeProvider.System);
        Measure("start page, first", () => dashboard.Start(1));
        Measure("start page, again", () => dashboard.Start(1));
        Measure("start page, the last", () => dashboard.Start(int.MaxValue));
        Measure("a run", () => dashboard.Run("run-0000", 0));
        Measure("drops over time", dashboard.Drops);
        Measure("two runs", () => dashboard.Compare("run-0001", "run-0002"));

        // A log as long as all the others is read once, most of it without being parsed; after that, only what is appended.
        WrittenRuns.Write(folder.Path, "long", events);
        Measure("the long run, first", () => dashboard.Run("long", 0));
        WrittenRuns.AppendStep(folder.Path, "long", 2_000_000);
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
}
