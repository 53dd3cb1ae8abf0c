using DataForge.Corpus;
using DataForge.Corpus.Shards;
using DataForge.Crawler.GitHub;
using DataForge.Forge;
using DataForge.Forge.Content;
using DataForge.Forge.Git;
using DataForge.Forge.Repositories;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>
/// Whole crawls of the test forge by the program. Full size: <c>DATAFORGE_TEST_FORGE_REPOSITORIES=25000 DATAFORGE_TEST_FORGE_CONTENT=300</c>.
/// </summary>
public sealed class ForgeCrawlTests
{
    [Fact]
    public async Task CrawlAndRecrawl_completeForge_fetchOnceAndOnlyWhatChanged()
    {
        int content = ForgeWorld.Size("DATAFORGE_TEST_FORGE_CONTENT", 20);
        int count = ForgeWorld.Size("DATAFORGE_TEST_FORGE_REPOSITORIES", 1200);
        var generated = new GeneratorOptions { Count = count, SharedSecond = count < 2000 ? 1100 : 1500 };
        await using ForgeWorld world = await ForgeWorld.StartAsync(generated, content);

        await world.CrawlAllAsync("w");
        AssertComplete(world, generated);
        AssertFetchedOnce(world);
        SortedDictionary<string, string> raw = world.RawHashes("w");

        // Nothing changed: no request of the core budget, no more searches than windows, no git, no new byte in raw.
        long windows = world.Status("w").Windows;
        Clear(world);
        await world.CrawlAllAsync("w", "again");
        Assert.Equal(raw, world.RawHashes("w"));
        Assert.Empty(world.Forge.Traffic.ByRepository);
        Assert.DoesNotContain(world.Forge.Log.All, record => record.Resource == "core" && record.IsCharged);
        int searches = world.Forge.Log.All.Count(record => record.Resource == "search");
        Assert.True(searches <= windows, $"{searches} searches of {windows} windows");

        // A thirtieth changed: only their new contents are transferred.
        ForgeRepository[] changed = [.. world.Filled.Where((_, i) => i % 30 == 4)];
        HashSet<BlobId> contents = [];

        // A push is later than all earlier ones: a crawl reads repositories in order of their last update, latest first, and relies on it.
        long now = world.Forge.Repositories.All.Max(one => one.PushedAt) + 90_000;
        foreach (ForgeRepository repository in changed)
        {
            byte[] added = System.Text.Encoding.UTF8.GetBytes($"ADDED_TO = {repository.Id}\n");
            await ContentLibrary.PushAsync(
                repository, [new ForgeFile("added.py", added), new ForgeFile("docs/figure.bin", new byte[200_000])], now++);
            contents.Add(BlobId.Of(added));
        }

        HashSet<string> before = [.. raw.Keys];
        Clear(world);
        await world.CrawlAllAsync("w", "changed");
        Assert.Equal(changed.Select(one => one.Id).Order(), world.Forge.Traffic.ByRepository.Keys.Order());
        Assert.Equal(contents, NewContents(world, before));
        long sent = world.Forge.Traffic.Total.BytesSent;
        TestContext.Current.SendDiagnosticMessage($"{changed.Length} of {world.Filled.Count} changed: {sent} bytes transferred");
        Assert.True(sent < 20_000L * changed.Length, $"{sent} bytes for {changed.Length} small files");
    }

    private static void AssertComplete(ForgeWorld world, GeneratorOptions generated)
    {
        QueryStatus status = world.Status("w");
        WindowStatus lacking = Assert.Single(status.Lacking);
        Assert.True(lacking.IsUnsplittable);
        int shortfall = generated.SharedSecond - 1000;
        Assert.Equal((generated.SharedSecond, 1000, shortfall), (lacking.Expected, lacking.Seen, lacking.Shortfall));
        Assert.Equal((generated.Count, shortfall), (status.Expected, status.Shortfall));

        // Every repository has a snapshot: those with content have rows, an empty one has the row that says so.
        HashSet<long> crawled = [.. Rows(world).Select(row => row.Repository.Id)];
        Assert.Equal(generated.Count - shortfall, crawled.Count);
        Assert.All(world.Filled, repository => Assert.Contains(repository.Id, crawled));
        IEnumerable<long> alone = world.Forge.Repositories.All.Where(one => one.CreatedAt != generated.SharedTime).Select(one => one.Id);
        Assert.All(alone, id => Assert.Contains(id, crawled));
        HashSet<long> withPython =
            [.. Rows(world).Where(row => row.Kind == FileKind.Python && row.Fault is null).Select(row => row.Repository.Id)];
        Assert.Equal(world.Filled.Select(one => one.Id).Order(), withPython.Order());
    }

    private static void AssertFetchedOnce(ForgeWorld world)
    {
        // One request for each branch's commit; then the trees, and the contents that no repository brought before.
        Assert.All(world.Forge.Traffic.ByRepository.Values, traffic => Assert.Equal(1, traffic.Requests - traffic.Fetches));
        Assert.All(world.Filled, one => Assert.InRange(world.Forge.Traffic[one.Id].Fetches, 1, 2));
        Assert.Equal(world.Filled.Count, world.Forge.Traffic.ByRepository.Count(pair => pair.Value.Fetches > 0));
        Assert.All(Rows(world), row => Assert.Equal(1, row.Repository.Snapshot));
        Assert.Empty(world.Forge.Log.Refused);
    }

    private static void Clear(ForgeWorld world)
    {
        world.Forge.Log.Clear();
        world.Forge.Traffic.Clear();
    }

    private static IEnumerable<Occurrence> Rows(ForgeWorld world) =>
        Directory.EnumerateFiles(world["w", "raw"], "files-*.parquet").Order(StringComparer.Ordinal).SelectMany(RawFilesShard.Read);

    private static HashSet<BlobId> NewContents(ForgeWorld world, HashSet<string> before)
    {
        HashSet<BlobId> ids = [];
        IEnumerable<string> files = Directory.EnumerateFiles(world["w", "raw"], "blobs-*.parquet");
        foreach (string file in files.Where(file => !before.Contains(Path.GetFileName(file))))
        {
            using var reader = new RawBlobsShard.Reader(file);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    ids.Add(rows.Id(row));
                }
            }
        }

        return ids;
    }
}
