using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Corpus.Shards;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>
/// Two crawlers, each a process of the program, on one PostgreSQL catalog and one workspace; one or the other is killed, again and again.
/// Full size: <c>DATAFORGE_TEST_FORGE_SHARED_KILLS=20</c>.
/// </summary>
public sealed class SharedKillTests : IDisposable
{
    private readonly PostgresServer? _postgres = PostgresServer.TryStart();

    [Fact]
    public async Task TwoCrawlers_oneKilledAtRandomMoments_nothingLostAndNothingTwice()
    {
        Assert.SkipWhen(_postgres is null, "PostgreSQL is not installed (Debian's package postgresql)");
        int kills = ForgeWorld.Size("DATAFORGE_TEST_FORGE_SHARED_KILLS", 3);
        await using ForgeWorld world = await ForgeWorld.StartAsync(
            new GeneratorOptions { Count = ForgeWorld.Size("DATAFORGE_TEST_FORGE_KILLED_REPOSITORIES", 1100) },
            ForgeWorld.Size("DATAFORGE_TEST_FORGE_CONTENT", 20));

        // The result of one crawler alone, with one run and with a second one, which searches the forge once more.
        await world.CrawlAllAsync("alone");
        string[] once = world.Dump("alone");
        byte[] input = File.ReadAllBytes(world["alone", "runs", "r", "1-input.json"]);
        await world.CrawlAllAsync("alone", "s");
        string[] twice = world.Dump("alone");

        int seed = Environment.TickCount;
        var random = new Random(seed);
        int done = 0;
        for (int number = 0; done < kills; number++)
        {
            var pair = new CrawlerPair(world, $"shared-{number}", _postgres.CreateDatabase(), random, ownRuns: random.Next(2) == 1);
            await using (pair)
            {
                await pair.RunAsync(firstKind: number, kills: Math.Min(3, kills - done));
                done += pair.Kills;
                string history = $"seed {seed}, {pair.History}";
                AssertSame(history, world.RawHashes("alone"), world.RawHashes(pair.Workspace));
                AssertNothingTwice(history, world[pair.Workspace, "raw"]);
                string[] dump = world.Dump(pair.Workspace, pair.Catalog);
                string[] expected = dump.Contains(once.Single(IsQuery)) ? once : twice;
                Assert.True(
                    expected.SequenceEqual(dump),
                    $"{history}: not in both catalogs: {string.Join(" | ", expected.Except(dump).Take(3))} "
                    + $"|| {string.Join(" | ", dump.Except(expected).Take(3))}");
                foreach (string run in pair.Runs)
                {
                    byte[] own = File.ReadAllBytes(world[pair.Workspace, "runs", run, "1-input.json"]);
                    Assert.True(input.AsSpan().SequenceEqual(own), $"{history}: another input in {run}");
                    await AssertWholeAsync(history, world, pair, run);
                }

                // A server may notice late that a process has ended; the next crawl removes that process's rows. Then no worker has any.
                using (DataForgeProcess next = world.Crawl(pair.Workspace, "next", ["--set", $"crawl.catalog={pair.Catalog}"]))
                {
                    (int code, string output, string error) = await next.FinishAsync();
                    Assert.True(code == 0, $"{history}: {output}{error}");
                }

                foreach (string left in (string[])["workers", "work", "writers WHERE worker IS NOT NULL"])
                {
                    Assert.True(pair.Count($"SELECT COUNT(*) FROM {left}") == 0, $"{history}: there are {left}");
                }

                Assert.True(Directory.GetFileSystemEntries(world[pair.Workspace, "mirrors"]).Length == 0, $"{history}: there are mirrors");
                TestContext.Current.SendDiagnosticMessage(history);
            }
        }
    }

    public void Dispose() => _postgres?.Dispose();

    private static bool IsQuery(string line) => line.StartsWith("queries\t", StringComparison.Ordinal);

    private static void AssertSame(string history, SortedDictionary<string, string> expected, SortedDictionary<string, string> raw)
    {
        IReadOnlyList<string> differences = FolderHash.Differences(expected, raw);
        Assert.True(differences.Count == 0, $"{history}: {string.Join(", ", differences)}");
    }

    private static void AssertNothingTwice(string history, string raw)
    {
        HashSet<BlobId> contents = [];
        foreach (string file in Directory.EnumerateFiles(raw, "blobs-*.parquet"))
        {
            using var reader = new RawBlobsShard.Reader(file);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    Assert.True(contents.Add(rows.Id(row)), $"{history}: content {rows.Id(row)} is stored twice");
                }
            }
        }

        HashSet<(long, string)> files = [];
        foreach (Occurrence row in Directory.EnumerateFiles(raw, "files-*.parquet").SelectMany(RawFilesShard.Read))
        {
            Assert.True(
                row.Repository.Snapshot == 1 && files.Add((row.Repository.Id, row.Path)),
                $"{history}: {row.Repository.Name} {row.Path} is there twice");
        }
    }

    private static async Task AssertWholeAsync(string history, ForgeWorld world, CrawlerPair pair, string run)
    {
        string[] where = ["--workspace", world[pair.Workspace], "--run", run];
        (int code, string output, string error) =
            await DataForgeProcess.RunAsync(["crawl", "--status", .. where, "--set", $"crawl.catalog={pair.Catalog}"]);
        bool isComplete = output.Contains(", complete: ", StringComparison.Ordinal) && output.Contains("missing 0", StringComparison.Ordinal);
        Assert.True(code == 0 && isComplete, $"{history}: {output}{error}");
        (code, output, error) = await DataForgeProcess.RunAsync(["verify", .. where]);
        Assert.True(code == 0 && output.StartsWith($"{run} is whole: ", StringComparison.Ordinal), $"{history}: {output}{error}");
    }
}
