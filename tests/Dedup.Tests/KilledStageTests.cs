using System.Diagnostics;
using DataForge.Dedup.Tests.Testing;
using DataForge.Testing;

namespace DataForge.Dedup.Tests;

/// <summary>
/// The stage in processes of its own over a workspace that they share with this one: killed with SIGKILL, and several at a time.
/// </summary>
public sealed class KilledStageTests : IDisposable
{
    private const string FolderVariable = "DATAFORGE_TEST_DEDUP_FOLDER";
    private const string WorkersVariable = "DATAFORGE_TEST_DEDUP_WORKERS";
    private const int Kills = 10;
    private const int KilledExitCode = 128 + 9; // SIGKILL; a child that had ended before has 0
    private readonly TemporaryFolder _folder = new();

    private static DedupOptions Options => new() { ShardBytes = 100_000, AuditFiles = 200 };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RunAsync_processKilledTenTimes_writesTheSameBytes()
    {
        string expected = Prepare("straight", workers: 1);
        Prepare("measured", workers: 0);
        using (Process whole = Start("measured", 2))
        {
            WaitForFirstPart(whole, "measured");
            long start = Stopwatch.GetTimestamp();
            whole.WaitForExit();
            TimeSpan length = Stopwatch.GetElapsedTime(start);
            Assert.Equal(0, whole.ExitCode);
            Assert.Equal(expected, HashOf("measured"));

            // Each time another workspace, killed once at a moment of its own, then brought to its end by this process with another number
            // of workers.
            var random = new Random(20240521);
            int killed = 0;
            for (int i = 0; killed < Kills && i < 3 * Kills; i++)
            {
                string name = $"killed-{i}";
                Prepare(name, workers: 0);
                int[] workers = [1, 2, 8];
                using Process child = Start(name, workers[i % 3]);
                WaitForFirstPart(child, name);
                Thread.Sleep(length * (0.9 * random.NextDouble()));
                child.Kill();
                child.WaitForExit();
                killed += child.ExitCode == KilledExitCode ? 1 : 0;
                using var resumed = new TestRun(_folder[name]);
                resumed.Dedup(Options, workers[(i + 1) % 3]);
                Assert.Equal(expected, resumed.Hash());
            }

            Assert.Equal(Kills, killed);
        }
    }

    /// <summary>Nothing but files tells the processes of each other; each part is computed by one of them.</summary>
    [Fact]
    public void RunAsync_threeProcessesOfOneRun_shareTheParts()
    {
        string expected = Prepare("straight", workers: 1);
        Prepare("shared", workers: 0);
        Process[] children = [.. new[] { 1, 2, 1 }.Select(workers => Start("shared", workers))];
        foreach (Process child in children)
        {
            child.WaitForExit();
            Assert.Equal(0, child.ExitCode);
        }

        Assert.Equal(expected, HashOf("shared"));
        string[] computed = [.. children.SelectMany(child => File.ReadAllLines(_folder[$"shared/computed-{child.Id}"]))];
        using var run = new TestRun(_folder["shared"]);
        Assert.Equal(run.Run.Manifest.Entries("dedup").Select(entry => entry.Part).Order(StringComparer.Ordinal), computed.Order(StringComparer.Ordinal));
        Array.ForEach(children, child => child.Dispose());
    }

    /// <summary>The child: runs the stage in the workspace that its environment names. Run only by the tests above.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "only as a child process");
        using var run = new TestRun(folder!);
        run.Dedup(Options, int.Parse(Environment.GetEnvironmentVariable(WorkersVariable)!));
        File.WriteAllLines(Path.Combine(folder!, $"computed-{Environment.ProcessId}"), run.Computed);
    }

    // A workspace with files in 2-clean; with workers also the stage's result, of which the hash is returned.
    private string Prepare(string name, int workers)
    {
        List<TestFile> files = RandomCode.Files(new Random(31), 500);
        using var run = new TestRun(_folder[name]);
        run.Clean(files[..60], files[60..130], files[130..200], files[200..300], files[300..]);
        if (workers == 0)
        {
            return "";
        }

        run.Dedup(Options, workers);
        return run.Hash();
    }

    private string HashOf(string name)
    {
        using var run = new TestRun(_folder[name]);
        return run.Hash();
    }

    // Until the stage has begun: from then on every moment falls into its working time.
    private void WaitForFirstPart(Process child, string name)
    {
        string begun = _folder[$"{name}/runs/test/3-dataset"];
        while (!child.HasExited && !Directory.Exists(begun))
        {
            Thread.Sleep(1);
        }
    }

    private Process Start(string name, int workers)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledStageTests).Assembly.Location);
        }

        foreach (string argument in (string[])["-method", typeof(KilledStageTests).FullName + "." + nameof(Child), "-explicit", "only"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[FolderVariable] = _folder[name];
        start.Environment[WorkersVariable] = workers.ToString();
        Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        return child;
    }
}
