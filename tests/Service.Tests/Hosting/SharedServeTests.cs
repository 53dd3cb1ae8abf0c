using System.Diagnostics;
using DataForge.Corpus.Events;
using DataForge.Service.Ledger;
using DataForge.Testing;
using EventLog = DataForge.Corpus.Events.EventLog;

namespace DataForge.Service.Tests.Hosting;

/// <summary>
/// Two services on one PostgreSQL database and one workspace: one is killed, one hangs, one is stopped, each while it carries out a run of
/// a minute. <c>./dataforge check serve</c>.
/// </summary>
public sealed class SharedServeTests
{
    private const string Variable = "DATAFORGE_TEST_SERVE_SHARED";
    private static readonly TimeSpan LongestTakeOver = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Serve_twoInstances_neverBuildAtOnceAndTakeOverWithinAMinute()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Variable) == "1", $"takes minutes; {Variable}=1 runs it");
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 with its library on this machine");
        using PostgresServer? server = PostgresServer.TryStart();
        Assert.SkipWhen(server is null, "PostgreSQL is not installed");
        string database = server.CreateDatabase();
        using var folder = new TemporaryFolder();
        var settings = new ServeSettings
        {
            Cron = "*/10 * * * * *", Run = "often-{due}", Until = "pretrain", Database = database, Workspace = folder["workspace"],
            Sources = ["dir:" + folder["source"]], Options = SmallTraining.Options(steps: 200),
        };
        CopyPackage("email", folder["source", "package"]);
        Change(folder, 1);
        using var one = new ServeProcess(settings);
        using var other = new ServeProcess(settings);
        ServeProcess[] instances = [one, other];
        await Task.WhenAll(instances.Select(instance => instance.StartAsync()));
        using var watch = new BuildWatch(instances);

        // Killed without a word: its build ends by itself, and the other one takes over.
        ServeProcess killed = await OneThatTrainsAsync(watch, instances, folder["workspace"]);
        await killed.Process.KillAfterAsync(TimeSpan.Zero);
        string afterKill = await TakeOverAsync(watch, Other(killed));
        await killed.StartAsync();
        await Other(killed).UntilAsync(async () => (await Other(killed).StatesAsync()).Contains("completed"));

        // It hangs: its build notices, and ends before the other one takes over. When it goes on, it has lost the run.
        Change(folder, 2);
        ServeProcess hung = await OneThatTrainsAsync(watch, instances, folder["workspace"]);
        hung.Process.Stop();
        string afterHang = await TakeOverAsync(watch, Other(hung));
        hung.Process.Continue();
        await Other(hung).UntilAsync(async () => (await Other(hung).StatesAsync()).Count(state => state == "completed") > 1);

        // It is stopped: the other one takes over at once.
        Change(folder, 3);
        ServeProcess stopped = await OneThatTrainsAsync(watch, instances, folder["workspace"]);
        long due = (await stopped.DueTimesAsync()).First(time => time.State == "running").Id;
        stopped.Process.Terminate();
        string afterStop = await TakeOverAsync(watch, Other(stopped));
        Assert.Equal(0, (await stopped.Process.FinishAsync()).ExitCode);
        await Other(stopped).UntilAsync(async () => (await Other(stopped).AttemptsAsync(due))[^1].Outcome == "completed");
        Assert.Equal("interrupted", (await Other(stopped).AttemptsAsync(due))[0].Outcome);

        string told = $"after kill -9: {afterKill}; after SIGSTOP: {afterHang}; after SIGTERM: {afterStop}; looked {watch.Looks} times";
        Assert.True(watch.Faults.IsEmpty, $"{told}: {string.Join("; ", watch.Faults)}");
        TestContext.Current.SendDiagnosticMessage(told);
        using PostgresLedger ledger = PostgresLedger.Open(database);
        IReadOnlyList<DueTime> rows = new RunHistory(ledger).Newest(null, long.MaxValue, 1000);
        Assert.DoesNotContain(rows, row => row.Failures > 0 || row.State is DueState.Failed or DueState.Stopped);
        Assert.Equal(rows.Count, rows.Select(row => row.DueAt).Distinct().Count());

        ServeProcess Other(ServeProcess instance) => instance == one ? other : one;
    }

    // Waits until an instance is in the middle of a training that begins from now on.
    private static async Task<ServeProcess> OneThatTrainsAsync(BuildWatch watch, ServeProcess[] instances, string workspace)
    {
        int before = Steps(workspace);
        ServeProcess? found = null;
        await instances[0].UntilAsync(() =>
        {
            found = instances.FirstOrDefault(instance => instance.Builds.Count > 0);
            return Task.FromResult(found is not null && Steps(workspace) > before + 2);
        });
        Assert.True(watch.Faults.IsEmpty, string.Join("; ", watch.Faults));
        return found!;
    }

    private static int Steps(string workspace)
    {
        string runs = Path.Combine(workspace, "runs");
        return !Directory.Exists(runs) ? 0 : Directory.GetDirectories(runs)
            .Sum(run => EventLog.Read(Path.Combine(run, "events")).Count(entry => entry is TrainingStep));
    }

    // The next build has other text to learn from, and trains again. A small file of its own could be dropped as a near duplicate.
    private static void Change(TemporaryFolder folder, int number) => File.AppendAllText(
        folder["source", "package", "utils.py"], $"\n\ndef changed_{number}(value):\n    return value * {number}\n");

    private static void CopyPackage(string name, string target)
    {
        Directory.CreateDirectory(target);
        File.WriteAllText(Path.Combine(target, "LICENSE"), "SPDX-License-Identifier: MIT\n");
        foreach (string file in Directory.GetFiles(Path.Combine(RealPython.StandardLibrary!, name), "*.py"))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    private static async Task<string> TakeOverAsync(BuildWatch watch, ServeProcess survivor)
    {
        long start = Stopwatch.GetTimestamp();
        await survivor.UntilAsync(() => Task.FromResult(survivor.Builds.Count > 0));
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        Assert.True(taken < LongestTakeOver, $"taken over after {taken}");
        Assert.True(watch.Faults.IsEmpty, string.Join("; ", watch.Faults));
        return $"taken over after {taken.TotalSeconds:F1} s";
    }
}
