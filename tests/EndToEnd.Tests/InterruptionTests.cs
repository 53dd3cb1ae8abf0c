using System.Diagnostics;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Testing;
using EventLog = DataForge.Corpus.Events.EventLog;

namespace DataForge.EndToEnd.Tests;

/// <summary>Ctrl-C while each stage runs: exit code 130, and the same command afterwards ends as if nothing had happened.</summary>
[Collection(nameof(SharedBuild))]
public sealed class InterruptionTests(SharedBuild built)
{
    private const int Interrupted = 130;

    // A training of a few seconds, with checkpoints to resume from.
    private static readonly string[] SmallTraining =
    [
        "--set", "pretrain.preset=quickstart", "--set", "pretrain.steps=12", "--set", "pretrain.batchsize=2",
        "--set", "pretrain.blocksize=128", "--set", "pretrain.evaluateevery=6", "--set", "pretrain.checkpointevery=3",
        "--set", "pretrain.warmupsteps=1", "--set", "pretrain.device=cpu", "--set", "pretrain.maxvalidationblocks=8",
        "--set", "pretrain.heldoutbytes=8192", "--set", "pretrain.sampleprompt=",
    ];

    [Fact]
    public async Task Build_interruptedInEachStage_exits130AndEndsWithTheSameBytes()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        string[] command = [.. built.Build.Arguments("interrupted")];
        string run = Path.Combine(built.Build.Workspace("interrupted"), "runs", "r");
        foreach (string stage in new[] { "crawl", "clean", "dedup", "tokenize" })
        {
            TimeSpan stopped = await InterruptAsync(command, run, stage);
            if (stage == "clean")
            {
                Assert.True(stopped < TimeSpan.FromSeconds(2), $"took {stopped}");
            }
        }

        await DataForgeProcess.SucceedAsync(command);
        Assert.Empty(FolderHash.Differences(built.Hashes, built.Build.Hashes("interrupted")));
    }

    [Fact]
    public async Task Build_interruptedInTrainingAndReport_exits130AndEndsWithTheSameModel()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");

        // Two workspaces: in one of them, the second training would take the model of the first.
        built.CopyTo("trained");
        await DataForgeProcess.SucceedAsync([.. built.Build.Arguments("trained", until: "pretrain"), .. SmallTraining]);
        SortedDictionary<string, string> expected = ModelHashes("trained");
        Assert.NotEmpty(expected);

        built.CopyTo("interrupted-training");
        string[] command = [.. built.Build.Arguments("interrupted-training", until: "report"), .. SmallTraining];
        string run = Path.Combine(built.Build.Workspace("interrupted-training"), "runs", "r");
        await InterruptAsync(command, run, "pretrain");

        // A report takes milliseconds, so that the signal may come after its end.
        using (DataForgeProcess process = DataForgeProcess.Start(command))
        {
            await WaitForAsync(process, run, "report", Count<StageStarted>(run, "report"));
            process.Interrupt();
            (int code, string output, string error) = await process.FinishAsync();
            Assert.True(code is 0 or Interrupted, $"exit code {code}: {output} {error}");
        }

        await DataForgeProcess.SucceedAsync(command);
        Assert.True(File.Exists(Path.Combine(run, "6-report", "index.html")));
        Assert.Empty(FolderHash.Differences(expected, ModelHashes("interrupted-training")));
    }

    private SortedDictionary<string, string> ModelHashes(string workspace) =>
        FolderHash.Of(Path.Combine(built.Build.Workspace(workspace), "runs", "r", "5-model", "export"), _ => true);

    // Sends SIGINT while a stage runs, and again where the stage ended before the signal came. Returns how long the program took to stop.
    private static async Task<TimeSpan> InterruptAsync(string[] command, string run, string stage)
    {
        for (int attempt = 0; attempt < 5; attempt++)
        {
            int finished = Count<StageFinished>(run, stage);
            using DataForgeProcess process = DataForgeProcess.Start(command);
            await WaitForAsync(process, run, stage, Count<StageStarted>(run, stage));
            process.Interrupt();
            long start = Stopwatch.GetTimestamp();
            (int code, string output, string error) = await process.FinishAsync();
            if (Count<StageFinished>(run, stage) == finished)
            {
                Assert.True(code == Interrupted, $"{stage}: exit code {code}: {output} {error}");
                return Stopwatch.GetElapsedTime(start);
            }

            Directory.Delete(Path.Combine(run, "manifest", stage), recursive: true);
        }

        throw new InvalidOperationException($"{stage} always ended before the signal came");
    }

    // Until the process has started the stage.
    private static async Task WaitForAsync(DataForgeProcess process, string run, string stage, int startedBefore)
    {
        while (Count<StageStarted>(run, stage) == startedBefore)
        {
            Assert.False(process.HasExited, $"it ended before {stage}");
            await Task.Delay(5);
        }
    }

    private static int Count<T>(string run, string stage)
        where T : Event => EventLog.Read(Path.Combine(run, "events")).OfType<T>().Count(entry => entry switch
        {
            StageStarted started => started.Stage == stage,
            StageFinished finished => finished.Stage == stage,
            _ => false,
        });
}
