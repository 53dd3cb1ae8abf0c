using System.Diagnostics;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

public class SameBytesTests
{
    private const int Kills = 10;

    [Fact]
    public async Task Build_anyWorkersAndKilledTenTimes_givesTheSameBytes()
    {
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 with its library on this machine");
        using var build = new SmallBuild(RealPython.StandardLibrary!);
        await Succeed(build.Arguments("one", workers: 1));
        SortedDictionary<string, string> expected = build.Hashes("one");
        Assert.Contains(expected.Keys, name => name.StartsWith("runs/r/4-tokens/", StringComparison.Ordinal));

        long start = Stopwatch.GetTimestamp();
        await Succeed(build.Arguments("two", workers: 2));
        TimeSpan whole = Stopwatch.GetElapsedTime(start);
        Assert.Empty(FolderHash.Differences(expected, build.Hashes("two")));

        // The moments are drawn anew from a seed that is told, over the length of a whole run.
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int killed = 0;
        for (int i = 0; i < Kills; i++)
        {
            using DataForgeProcess process = DataForgeProcess.Start(build.Arguments("killed", workers: 2));
            killed += await process.KillAfterAsync(whole * (0.05 + (0.6 * random.NextDouble()))) ? 1 : 0;
        }

        await Succeed(build.Arguments("killed", workers: 2));
        Assert.True(killed > 0, "no run was killed half-way");
        IReadOnlyList<string> differences = FolderHash.Differences(expected, build.Hashes("killed"));
        Assert.True(differences.Count == 0, $"seed {seed}, {killed} kills: {string.Join(", ", differences)}");
    }

    [Fact]
    public async Task Build_secondRunOverTheSameWorkspace_recomputesNothing()
    {
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 with its library on this machine");
        using var build = new SmallBuild(RealPython.StandardLibrary!);
        await Succeed(build.Arguments("w"));
        SortedDictionary<string, string> before = build.Hashes("w");

        await Succeed(build.Arguments("w"));
        await Succeed(build.Arguments("w", run: "second"));
        var computed = Corpus.Events.EventLog.Read(Path.Combine(build.Workspace("w"), "runs", "second", "events"))
            .OfType<Corpus.Events.PartDone>().Where(part => !part.Reused).Select(part => part.Stage + " " + part.Part);
        Assert.Empty(computed);
        SortedDictionary<string, string> after = build.Hashes("w");
        foreach ((string name, string hash) in before)
        {
            Assert.Equal(hash, after.GetValueOrDefault(name));
            Assert.Equal(hash, after.GetValueOrDefault(name.Replace("runs/r/", "runs/second/", StringComparison.Ordinal)));
        }
    }

    private static async Task Succeed(IEnumerable<string> arguments)
    {
        (int code, string output, string error) = await DataForgeProcess.RunAsync(arguments);
        Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
    }
}
