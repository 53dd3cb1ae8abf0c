using System.Diagnostics;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>A crawl of the forge that is killed again and again. Full size: <c>DATAFORGE_TEST_FORGE_KILLS=20</c>.</summary>
public sealed class ForgeKillTests
{
    [Fact]
    public async Task Crawl_killedAtRandomMoments_sameRawBytesAndSameCatalog()
    {
        int kills = ForgeWorld.Size("DATAFORGE_TEST_FORGE_KILLS", 3);
        await using ForgeWorld world = await ForgeWorld.StartAsync(
            new GeneratorOptions { Count = ForgeWorld.Size("DATAFORGE_TEST_FORGE_KILLED_REPOSITORIES", 1100) },
            ForgeWorld.Size("DATAFORGE_TEST_FORGE_CONTENT", 20));
        long start = Stopwatch.GetTimestamp();
        await world.CrawlAllAsync("whole");
        TimeSpan whole = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        await world.CrawlAllAsync("whole");
        TimeSpan startup = Stopwatch.GetElapsedTime(start);
        SortedDictionary<string, string> raw = world.RawHashes("whole");
        string[] dump = world.Dump("whole");
        Assert.True(raw.Count > 4, "one part only");

        // The moments come from a seed, which a failure reports. A crawl that finished is checked; the next kills hit another one.
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int killed = 0;
        int finished = 0;
        List<string> moments = [];
        while (killed < kills || finished == 0)
        {
            string workspace = $"killed-{finished}";
            bool isLast = killed >= kills;
            using DataForgeProcess process = world.Crawl(workspace);
            TimeSpan moment = (startup * 0.3) + ((whole - (startup * 0.5)) * 0.5 * random.NextDouble());
            if (!isLast && await process.KillAfterAsync(moment))
            {
                killed++;
                moments.Add($"{moment.TotalMilliseconds:F0}");
                continue;
            }

            (int code, string output, string error) = await process.FinishAsync();
            string history = $"seed {seed}, killed after ms {string.Join(' ', moments)}";
            Assert.True(code == 0, $"{history}: exit code {code}\n{output}\n{error}");
            IReadOnlyList<string> differences = FolderHash.Differences(raw, world.RawHashes(workspace));
            Assert.True(differences.Count == 0, $"{history}: {string.Join(", ", differences)}");
            string[] other = world.Dump(workspace);
            Assert.True(
                dump.SequenceEqual(other),
                $"{history}: not in both catalogs: {string.Join(" | ", dump.Except(other).Take(3))} "
                + $"|| {string.Join(" | ", other.Except(dump).Take(3))}");
            finished++;
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{killed} kills, {finished} crawls finished, a whole one takes {whole.TotalSeconds:F1} s");
    }
}
