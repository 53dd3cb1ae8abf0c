using System.Diagnostics;
using DataForge.Corpus.Events;
using DataForge.Service.Ledger;
using DataForge.Testing;
using EventLog = DataForge.Corpus.Events.EventLog;

namespace DataForge.Service.Tests.Hosting;

/// <summary>SIGTERM to the service while its build is in each stage. <c>./dataforge check serve</c>.</summary>
public sealed class ServeStopTests
{
    private const string Variable = "DATAFORGE_TEST_SERVE_STOP";
    private static readonly string[] Stages = ["crawl", "clean", "dedup", "tokenize", "pretrain"];

    [Fact]
    public async Task Serve_stoppedInEachStage_endsInTimeAndGoesOn()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Variable) == "1", $"takes minutes; {Variable}=1 runs it");
        Assert.SkipWhen(SmallCorpus.Missing is not null, SmallCorpus.Missing ?? "");
        using var corpus = new SmallCorpus();
        var settings = new ServeSettings
        {
            Cron = "*/2 * * * * *", Until = "pretrain", Sources = corpus.Sources,
            Options = new Dictionary<string, string>(SmallTraining.Options(steps: 24)) { ["crawl.rawpartbytes"] = $"{SmallCorpus.RawPartBytes}" },
        };
        using var service = new ServeProcess(settings);
        string run = Path.Combine(service.Workspace, "runs", "often");
        List<string> told = [];
        foreach (string stage in Stages)
        {
            told.Add($"{stage} {(await StopInAsync(service, run, stage)).TotalSeconds:F1} s");
        }

        // What was stopped goes on, and is whole at the end.
        long stopped = Newest(service).Id;
        await service.StartAsync();
        await service.UntilAsync(async () => (await service.AttemptsAsync(stopped))[^1].Outcome == "completed");
        service.Process.Terminate();
        await service.Process.FinishAsync();
        await DataForgeProcess.SucceedAsync("verify", "--workspace", service.Workspace, "--run", "often");
        TestContext.Current.SendDiagnosticMessage($"seconds from SIGTERM to the end, {settings.StopSeconds} allowed: {string.Join(", ", told)}");

        async Task<TimeSpan> StopInAsync(ServeProcess serve, string folder, string stage)
        {
            for (int attempt = 0; attempt < 8; attempt++)
            {
                (int started, int finished) = (Count<StageStarted>(folder, stage), Count<StageFinished>(folder, stage));
                await serve.StartAsync();
                await serve.UntilAsync(() => Task.FromResult(Count<StageStarted>(folder, stage) > started));
                long start = Stopwatch.GetTimestamp();
                serve.Process.Terminate();
                (int code, _, string log) = await serve.Process.FinishAsync();
                TimeSpan taken = Stopwatch.GetElapsedTime(start);
                Assert.True(code == 0, $"{stage}: exit code {code}: {log}");
                Assert.True(taken < TimeSpan.FromSeconds(settings.StopSeconds), $"{stage}: took {taken}");
                DueTime due = Newest(serve);
                if (Count<StageFinished>(folder, stage) == finished)
                {
                    Assert.Equal((DueState.Waiting, "interrupted: the service was stopped", 0L), (due.State, due.Reason, due.Failures));
                    Assert.DoesNotContain("was killed", log, StringComparison.Ordinal);
                    return taken;
                }

                // The stage ended before the signal came.
                Directory.Delete(Path.Combine(folder, "manifest", stage), recursive: true);
            }

            throw new InvalidOperationException($"{stage} always ended before the signal came");
        }
    }

    // The newest due time that was not skipped.
    private static DueTime Newest(ServeProcess service)
    {
        using SqliteLedger database = SqliteLedger.Open(service.StateFolder, TimeProvider.System);
        return new RunHistory(database).Newest(null, long.MaxValue, 1000).First(due => due.State != DueState.Skipped);
    }

    private static int Count<T>(string run, string stage)
        where T : Event => EventLog.Read(Path.Combine(run, "events")).OfType<T>().Count(entry => entry switch
        {
            StageStarted started => started.Stage == stage,
            StageFinished finished => finished.Stage == stage,
            _ => false,
        });
}
