using System.Globalization;
using DataForge.Corpus.Events;
using DataForge.Testing;
using EventLog = DataForge.Corpus.Events.EventLog;

namespace DataForge.EndToEnd.Tests.Submitting;

[Collection(nameof(SharedBuild))]
public sealed class SubmitTests(SharedBuild built)
{
    private const string NoSlurm = "no Slurm; DATAFORGE_TEST_SLURM names the folder that Debian's packages of it are unpacked in";
    private static readonly string[] Shared = ["clean", "dedup", "tokenize"];

    [Fact]
    public async Task Submit_localTasks_shareThePartsAndGiveTheBytesOfOneProcess()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        string output = await DataForgeProcess.SucceedAsync(Arguments("local", "submitted-local", tasks: 2));
        Assert.Equal(["crawl: 1 task", "clean: 2 tasks", "dedup: 2 tasks", "tokenize: 2 tasks"], output.Trim().Split('\n').Select(line => line.Split(" in ")[0]));
        AssertSameBytes("submitted-local");
    }

    /// <summary><c>./dataforge check slurm</c>.</summary>
    [Fact]
    public async Task Submit_slurmArraysOfFour_giveTheBytesOfOneProcess()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        using var folder = new TemporaryFolder();
        using SlurmCluster? cluster = SlurmCluster.TryStart(folder.Path);
        Assert.SkipWhen(cluster is null, NoSlurm);
        await cluster.UntilReadyAsync();

        await SubmitAsync(cluster, Arguments("slurm", "submitted-slurm", tasks: 4));
        await cluster.UntilIdleAsync();
        AssertSameBytes("submitted-slurm");

        // One task of each stage is killed once, as soon as it is seen; it is queued again.
        await SubmitAsync(cluster, Arguments("slurm", "submitted-killed", tasks: 4));
        int killed = 0;
        foreach (string stage in Shared)
        {
            killed += await KillOneAsync(cluster, "submitted-killed", stage) ? 1 : 0;
        }

        await cluster.UntilIdleAsync();
        Assert.Equal(Shared.Length, killed);
        AssertSameBytes("submitted-killed");
        Assert.Contains("Restarts=1", cluster.Ask("scontrol", "show", "jobs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_slurmTrainingOfTwo_trainsTogether()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        using var folder = new TemporaryFolder();
        using SlurmCluster? cluster = SlurmCluster.TryStart(folder.Path);
        Assert.SkipWhen(cluster is null, NoSlurm);
        await cluster.UntilReadyAsync();
        string[] training =
        [
            "pretrain.preset=quickstart", "pretrain.batchsize=2", "pretrain.blocksize=128", "pretrain.steps=4", "pretrain.evaluateevery=4",
            "pretrain.warmupsteps=1", "pretrain.device=cpu", "pretrain.engine=native", "pretrain.maxvalidationblocks=8", "pretrain.sampleprompt=",
        ];
        await SubmitAsync(cluster, [
            .. Arguments("slurm", "submitted-training", tasks: 1, until: "pretrain"), "--trainers", "2",
            .. training.SelectMany(option => new[] { "--set", option }),
        ]);
        await cluster.UntilIdleAsync();
        string run = Path.Combine(built.Build.Workspace("submitted-training"), "runs", "r");
        string log = await File.ReadAllTextAsync(
            Path.Combine(built.Build.Workspace("submitted-training"), "jobs", "r", "pretrain.log"), TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(run, "5-model", "export", "model.safetensors")), log);
        Assert.Equal(2, EventLog.Read(Path.Combine(run, "events")).OfType<RunStarted>().Count(begun => begun.Stages is ["pretrain"]));
    }

    private IEnumerable<string> Arguments(string engine, string workspace, int tasks, string until = "tokenize") =>
    [
        "submit", "--engine", engine, "--tasks", tasks.ToString(CultureInfo.InvariantCulture),
        .. built.Build.Arguments(workspace, workers: 1, until: until).Skip(1),
    ];

    private static async Task SubmitAsync(SlurmCluster cluster, IEnumerable<string> arguments)
    {
        using DataForgeProcess submit = DataForgeProcess.StartWith(Environment.CurrentDirectory, cluster.Environment, arguments);
        (int code, string output, string error) = await submit.FinishAsync();
        Assert.True(code == 0, output + error);
    }

    private async Task<bool> KillOneAsync(SlurmCluster cluster, string workspace, string stage)
    {
        string folder = built.Build.Workspace(workspace);
        while (cluster.Ask("squeue", "--noheader").Length > 0)
        {
            foreach (string process in Directory.GetDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                    && IsTask(process, stage, folder))
                {
                    ChildProcesses.Signal(id, ChildProcesses.Kill);
                    return true;
                }
            }

            await Task.Delay(20);
        }

        return false;
    }

    private static bool IsTask(string process, string stage, string workspace)
    {
        try
        {
            string[] words = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            return words.Length > 4 && words[0].EndsWith("dotnet", StringComparison.Ordinal) && words[2] == stage && words.Contains(workspace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void AssertSameBytes(string workspace)
    {
        SortedDictionary<string, string> hashes = built.Build.Hashes(workspace);
        foreach (string job in hashes.Keys.Where(path => path.StartsWith("jobs/", StringComparison.Ordinal)).ToList())
        {
            hashes.Remove(job);
        }

        Assert.Empty(FolderHash.Differences(built.Hashes, hashes));
    }
}
