using System.Diagnostics;
using System.Text;
using DataForge.Corpus.Events;
using DataForge.Forge;
using DataForge.Forge.Content;
using DataForge.Forge.Git;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Testing;
using EventLog = DataForge.Corpus.Events.EventLog;

namespace DataForge.Service.Tests.Hosting;

/// <summary>
/// A service that crawls a forge every minute, five times, and is killed with its build in the middle of the second and the fourth run.
/// <c>./dataforge check serve</c>.
/// </summary>
public sealed class ForgeScheduleTests
{
    private const string Variable = "DATAFORGE_TEST_SERVE_CRON";
    private const string Token = "ghp_0Secret0Token0Of0Alice0Number0One000001";
    private const string Source = "github:language:python stars:>=10";
    private const int Runs = 5;
    private static readonly int[] Killed = [2, 4];
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Serve_everyMinuteOverAForge_takesOnlyWhatChangedAndLosesNothing()
    {
        string? cron = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(cron is null, $"takes minutes; {Variable} runs it");
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 with its library on this machine");
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        var repositories = new ForgeCatalog();
        RepositoryGenerator.AddTo(repositories, new GeneratorOptions { Count = 20 });
        IReadOnlyList<ForgeRepository> filled = await ContentLibrary.FillAsync(repositories, [RealPython.StandardLibrary!], 8, folder["forge"]);
        await using ForgeServer forge = await ForgeServer.StartAsync(repositories, new ForgeOptions
        {
            Limits = LimitSizes.None, Tokens = new Dictionary<string, ForgeOwner> { [Token] = new ForgeOwner(1, "alice") },
        });
        using var service = new ServeProcess(new ServeSettings
        {
            Cron = cron, Until = "dedup", Sources = [Source], Options = new Dictionary<string, string> { ["crawl.githubbaseaddress"] = $"{forge.Address}" },
            Environment = new Dictionary<string, string> { ["DATAFORGE_GITHUB_TOKENS"] = Token },
        });
        long pushed = repositories.All.Max(one => one.PushedAt) + 1000;
        TimeSpan usual = TimeSpan.FromSeconds(4);
        List<string> history = [];
        int pushes = 0;

        await service.StartAsync();
        for (int round = 1; round <= Runs; round++)
        {
            // No run sees a push half done.
            await service.UntilAsync(() => service.IsIdleForAsync(TimeSpan.FromSeconds(2)));
            ForgeRepository changed = filled[round % filled.Count];
            if (round > 1)
            {
                pushes++;
                byte[] file = Encoding.UTF8.GetBytes(
                    $"\"\"\"Push {pushes}.\"\"\"\n\n\ndef push{pushes}(value):\n    return [value + {pushes}, value * {pushes}, \"{pushes} of them\"]\n");
                await ContentLibrary.PushAsync(changed, [new ForgeFile($"push{pushes}.py", file)], pushed += 1000);
            }

            forge.Traffic.Clear();
            long before = (await service.DueTimesAsync()).FirstOrDefault()?.Id ?? 0;
            await service.UntilAsync(async () => (await RunOfAsync(before))?.State == "running");
            long start = Stopwatch.GetTimestamp();
            bool wasKilled = false;
            if (Killed.Contains(round))
            {
                await UntilItWorksAsync(service);
                await Task.Delay((usual > OneSecond ? usual - OneSecond : usual) * 0.6 * random.NextDouble());
                wasKilled = await service.KillAllAsync() == 1;
                history.Add($"run {round} killed after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms{(wasKilled ? "" : ", too late")}");
                await service.StartAsync();
            }

            await service.UntilAsync(async () => (await RunOfAsync(before))?.State == "completed");
            string?[] outcomes = [.. (await service.AttemptsAsync((await RunOfAsync(before))!.Id)).Select(attempt => attempt.Outcome)];
            string[] expected = wasKilled ? ["interrupted", "completed"] : ["completed"];
            Assert.Equal(expected, wasKilled || !Killed.Contains(round) ? outcomes : outcomes[^1..]);
            usual = Killed.Contains(round) ? usual : Stopwatch.GetElapsedTime(start);
            history.Add($"run {round} took {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");

            // What had no push is not fetched, also by the attempt that repeats one.
            await forge.WaitForRequestsAsync();
            long[] fetched = [.. forge.Traffic.ByRepository.Where(pair => pair.Value.Fetches > 0).Select(pair => pair.Key).Order()];
            long[] toFetch = round == 1 ? [.. filled.Select(one => one.Id).Order()] : [changed.Id];
            Assert.Equal(toFetch, fetched);

            // The same state of the forge, built without a service and without a fault.
            using DataForgeProcess undisturbed = DataForgeProcess.StartWith(
                folder.Path, new Dictionary<string, string> { ["DATAFORGE_GITHUB_TOKENS"] = Token },
                "build", "--scheduled", "--workspace", folder["undisturbed"], "--run", "often", "--until", "dedup", "--source", Source,
                "--set", $"crawl.githubbaseaddress={forge.Address}");
            (int code, string output, string error) = await undisturbed.FinishAsync();
            Assert.True(code == 0, $"exit code {code}: {output}{error}");

            // A kill that came too late is repeated with another push.
            round -= Killed.Contains(round) && !wasKilled ? 1 : 0;
        }

        IReadOnlyList<ServedTime> times = [.. (await service.DueTimesAsync()).Reverse()];
        service.Process.Terminate();
        (int end, _, string log) = await service.Process.FinishAsync();
        Assert.True(end == 0, log);
        string told = $"seed {seed}; {string.Join("; ", history)}";
        Assert.True(times.All(time => time.State is not ("failed" or "stopped") && time.Failures == 0), told);
        Assert.True(times.Count(time => time.State == "completed") >= Runs, told);
        IReadOnlyList<string> differences = FolderHash.Differences(Hashes(folder["undisturbed"]), Hashes(service.Workspace));
        Assert.True(differences.Count == 0, $"{told}: {string.Join(", ", differences)}");
        Assert.Contains(EventLog.Read(Path.Combine(service.Workspace, "runs", "often", "events")), entry => entry is RunFinished { Status: "done" });
        await DataForgeProcess.SucceedAsync("verify", "--workspace", service.Workspace, "--run", "often");
        TestContext.Current.SendDiagnosticMessage(told);

        async Task<ServedTime?> RunOfAsync(long before) =>
            (await service.DueTimesAsync()).LastOrDefault(due => due.Id > before && due.State != "skipped");
    }

    // Until the build writes its own log.
    private static async Task UntilItWorksAsync(ServeProcess service)
    {
        await service.UntilAsync(() => Task.FromResult(service.Builds.Count == 1));
        string events = Path.Combine(service.Workspace, "runs", "often", "events");
        string end = $"-{service.Builds[0]}.jsonl";
        await service.UntilAsync(() => Task.FromResult(Directory.GetFiles(events).Any(file => file.EndsWith(end, StringComparison.Ordinal))));
    }

    // As in every comparison of builds: no locks, logs, catalog or options.
    private static SortedDictionary<string, string> Hashes(string workspace) => FolderHash.Of(workspace, path =>
        !path.Contains("/locks/", StringComparison.Ordinal) && !path.Contains("/events/", StringComparison.Ordinal)
        && !path.EndsWith(".lock", StringComparison.Ordinal) && !path.StartsWith("catalog.db", StringComparison.Ordinal)
        && !path.EndsWith("config.json", StringComparison.Ordinal));
}
