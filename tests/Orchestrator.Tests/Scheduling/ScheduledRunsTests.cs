using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Orchestrator.Scheduling;
using DataForge.Service.Scheduling;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Scheduling;

public sealed class ScheduledRunsTests
{
    private static readonly CronSchedule Often = CronSchedule.Parse("* * * * * *", TimeZoneInfo.Utc);

    [Fact]
    public async Task RunAsync_aRunFails_reportsItAndContinues()
    {
        using var stop = new CancellationTokenSource();
        List<string> lines = [];
        int runs = 0;
        var scheduled = new ScheduledRuns(Often, TimeProvider.System, _ => ++runs switch
        {
            1 => throw new DataForgeException("no network"),
            2 => throw new IOException("No space left on device"),
            3 => throw DataForgeException.Usage("the folder is gone"),
            _ => stop.CancelAsync(),
        }, lines.Add);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scheduled.RunAsync(stop.Token));

        Assert.Equal(4, runs);
        Assert.Equal("this run failed: no network", lines[0]);
        Assert.StartsWith("the next run begins at ", lines[1], StringComparison.Ordinal);
        Assert.Contains("the disk is full", lines[2], StringComparison.Ordinal);
        Assert.Equal("this run failed: the folder is gone", lines[4]);
    }

    [Fact]
    public async Task RunAsync_firstRunIsWrongUse_ends()
    {
        var scheduled = new ScheduledRuns(
            Often, TimeProvider.System, _ => throw DataForgeException.Usage("no such source"), _ => { });

        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => scheduled.RunAsync(CancellationToken.None));
        Assert.Equal("no such source", fault.Message);
    }

    [Fact]
    public async Task Build_onASchedule_takesWhatChangedAndStopsAtOnce()
    {
        using var folder = new TemporaryFolder();
        string package = folder["source/first"];
        Directory.CreateDirectory(package);
        File.WriteAllText(Path.Combine(package, "LICENSE"), "SPDX-License-Identifier: MIT\n");
        File.WriteAllText(Path.Combine(package, "one.py"), "def one():\n    return 1\n");
        using DataForgeProcess process = DataForgeProcess.Start(
            "build", "--workspace", folder["w"], "--source", "dir:" + folder["source"], "--until", "clean", "--schedule", "*/1 * * * * *");

        string events = folder["w/runs/default/events"];
        await Until(() => Waits(events) >= 1);
        File.WriteAllText(Path.Combine(package, "two.py"), "def two():\n    return 2\n");
        int before = Waits(events);
        await Until(() => Waits(events) >= before + 2);
        process.Interrupt();
        (int code, string output, string error) = await process.FinishAsync();

        Assert.Equal(130, code);
        Assert.Equal("dataforge: stopped; run the same command again to continue.", error.Trim());
        Assert.Contains("1 new Python files", output, StringComparison.Ordinal);
        Assert.Contains("the next run begins at ", output, StringComparison.Ordinal);
        // The repository before and after the change; the runs between found nothing new.
        Assert.Equal([1L, 2L], EventLog.Read(events).OfType<PartDone>().Where(part => part.Stage == "crawl")
            .Select(part => part.Counts.ByName().GetValueOrDefault("occurrences.python")).Where(count => count > 0));

        async Task Until(Func<bool> isSo)
        {
            while (!isSo())
            {
                Assert.False(process.HasExited);
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private static int Waits(string events) => EventLog.Read(events).OfType<Note>()
        .Count(note => note.Text.StartsWith("the next run begins", StringComparison.Ordinal));
}
