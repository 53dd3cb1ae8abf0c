using System.Diagnostics;
using DataForge.Corpus.Events;
using DataForge.Testing;
using EventLog = DataForge.Corpus.Events.EventLog;

namespace DataForge.EndToEnd.Tests;

[Collection(nameof(SharedBuild))]
public sealed class SameBytesTests(SharedBuild built)
{
    private const int Kills = 10;

    /// <summary>Ten times a process is killed with SIGKILL while it builds; every build that comes to its end has the same bytes.</summary>
    [Fact]
    public async Task Build_anyWorkersAndKilledTenTimes_givesTheSameBytes()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        SmallBuild build = built.Build;
        SortedDictionary<string, string> expected = built.Hashes;
        Assert.Contains(expected.Keys, name => name.StartsWith("runs/r/4-tokens/", StringComparison.Ordinal));

        long start = Stopwatch.GetTimestamp();
        await DataForgeProcess.SucceedAsync(build.Arguments("one", workers: 1));
        TimeSpan whole = Stopwatch.GetElapsedTime(start);
        Assert.Empty(FolderHash.Differences(expected, build.Hashes("one")));

        // The moments are drawn over the length of a whole build, from a seed that a failure names. A build goes on where the one that was
        // killed stopped, so it may end before its moment: then it is compared, and the next kills fall on a new workspace.
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int killed = 0;
        int finished = 0;
        for (int attempt = 0; killed < Kills && attempt < 4 * Kills; attempt++)
        {
            using DataForgeProcess process = DataForgeProcess.Start(build.Arguments(Name(finished), workers: 2));
            if (await process.KillAfterAsync(whole * (0.05 + (0.6 * random.NextDouble()))))
            {
                killed++;
                continue;
            }

            (int code, string output, string error) = await process.FinishAsync();
            Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
            Compare();
        }

        Assert.Equal(Kills, killed);
        await DataForgeProcess.SucceedAsync(build.Arguments(Name(finished), workers: 2));
        Compare();

        static string Name(int number) => $"killed-{number}";

        void Compare()
        {
            IReadOnlyList<string> differences = FolderHash.Differences(expected, build.Hashes(Name(finished++)));
            Assert.True(differences.Count == 0, $"seed {seed}, {killed} kills: {string.Join(", ", differences)}");
        }
    }

    [Fact]
    public async Task Build_twoProcessesOnOneRun_bothEndWellWithTheBytesOfOne()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        using DataForgeProcess one = DataForgeProcess.Start(built.Build.Arguments("two-processes"));
        using DataForgeProcess other = DataForgeProcess.Start(built.Build.Arguments("two-processes"));
        (int Code, string Output, string Error)[] ends = [await one.FinishAsync(), await other.FinishAsync()];
        Assert.All(ends, end => Assert.True(end.Code == 0, end.Output + end.Error));
        Assert.Empty(FolderHash.Differences(built.Hashes, built.Build.Hashes("two-processes")));
    }

    [Fact]
    public async Task Build_secondRunOverTheSameWorkspace_recomputesNothing()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        await DataForgeProcess.SucceedAsync(built.Build.Arguments("w"));
        await DataForgeProcess.SucceedAsync(built.Build.Arguments("w", run: "second"));
        IEnumerable<string> computed = EventLog.Read(Path.Combine(built.Workspace, "runs", "second", "events"))
            .OfType<PartDone>().Where(part => !part.Reused).Select(part => part.Stage + " " + part.Part);
        Assert.Empty(computed);
        SortedDictionary<string, string> after = built.Build.Hashes("w");
        foreach ((string name, string hash) in built.Hashes)
        {
            Assert.Equal(hash, after.GetValueOrDefault(name));

            // Shingles are prepared only where a part is computed, and they are no part of the result.
            if (!name.Contains("/shingles/", StringComparison.Ordinal))
            {
                Assert.Equal(hash, after.GetValueOrDefault(name.Replace("runs/r/", "runs/second/", StringComparison.Ordinal)));
            }
        }
    }
}
