using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Crawler.Storage;
using DataForge.Crawler.Tests.Fetch;
using DataForge.Crawler.Tests.Storage;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Sharing;

/// <summary>Crawlers that share a workspace and a PostgreSQL catalog, over a forge.</summary>
public class SharedCrawlTests(PostgresFixture postgres)
{
    private const int Repositories = 20;

    [Fact]
    public async Task TwoCrawlers_oneWorkspace_theBytesAndCatalogOfOneAlone()
    {
        using var folder = new TemporaryFolder();
        await using TestForge forge = await ForgeAsync(folder);
        TestCrawl alone = await Crawl(forge, folder["alone"]).RunAsync("r", TestForge.Source);
        forge.Server.Traffic.Clear();

        string database = postgres.Server.CreateDatabase();
        TestCrawl one = Crawl(forge, folder["w"], database);
        TestCrawl other = Crawl(forge, folder["w"], database);
        await Task.WhenAll(one.RunAsync("r", TestForge.Source), other.RunAsync("r", TestForge.Source));
        Assert.Equal(alone.RawHashes(), one.RawHashes());
        Assert.Equal(File.ReadAllText(alone.Run.InputFile), File.ReadAllText(one.Run.InputFile));
        Assert.Equal(Dump(alone), Dump(one));
        Assert.True(Helped(one) + Helped(other) > 0, "neither helped the other");
        Assert.Empty(Directory.GetFileSystemEntries(folder["w", "mirrors"]));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public async Task TwoCrawlers_writersConnectionEnds_theOtherOrItGoesOn(int afterParts, bool mayReconnect)
    {
        using var folder = new TemporaryFolder();
        await using TestForge forge = await ForgeAsync(folder);
        TestCrawl alone = await Crawl(forge, folder["alone"]).RunAsync("r", TestForge.Source);

        string database = postgres.Server.CreateDatabase();
        CatalogAddress address = CatalogAddress.Parse(database, "");
        TestCrawl killed = Crawl(forge, folder["w"], database);
        TestCrawl survivor = Crawl(forge, folder["w"], database);
        var isWriting = new TaskCompletionSource();
        int parts = 0;
        killed.OnEvent = written =>
        {
            if (written is PartDone && ++parts == afterParts)
            {
                // The other has begun to help by now. This one's connection ends; where it gets no other, that is like the end of its process.
                isWriting.SetResult();
                SpinWait.SpinUntil(() => survivor.Events.Count > 0, TimeSpan.FromSeconds(20));
                using var connection = new Npgsql.NpgsqlConnection(address.Connection);
                connection.Open();
                Allow(database, mayReconnect);
                Kill(connection);
            }
        };
        Task<TestCrawl> dying = killed.RunAsync("r", TestForge.Source);
        await Task.WhenAny(isWriting.Task, dying);
        Assert.True(isWriting.Task.IsCompleted, "it ended before it could be killed");
        Task<TestCrawl> surviving = survivor.RunAsync("r", TestForge.Source);
        if (mayReconnect)
        {
            await dying;
            Assert.Single(killed.Events.OfType<Note>(), note => note.Text.Contains("was reopened", StringComparison.Ordinal));
        }
        else
        {
            DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => dying);
            Assert.Contains("run the same command again", fault.Message, StringComparison.Ordinal);
        }

        await surviving;
        Allow(database, connections: true);
        Assert.Equal(alone.RawHashes(), survivor.RawHashes());
        Assert.Equal(File.ReadAllText(alone.Run.InputFile), File.ReadAllText(survivor.Run.InputFile));
        Assert.Equal(Dump(alone), Dump(survivor));
    }

    [Fact]
    public async Task Crawl_otherWorkspacesCatalog_refusesToTouchRaw()
    {
        using var folder = new TemporaryFolder();
        await using TestForge forge = await ForgeAsync(folder);
        TestCrawl crawl = await Crawl(forge, folder["w"]).RunAsync("r", TestForge.Source);
        string[] raw = crawl.RawHashes();
        TestCrawl other = Crawl(forge, folder["w"], postgres.Server.CreateDatabase());
        await Assert.ThrowsAsync<DataForgeException>(() => other.RunAsync("s", TestForge.Source));
        await Assert.ThrowsAsync<DataForgeException>(() => other.RunAsync("s", TestForge.Source));
        Assert.Equal(raw, crawl.RawHashes());
    }

    private static async Task<TestForge> ForgeAsync(TemporaryFolder folder)
    {
        var forge = new TestForge(folder);
        for (int i = 0; i < Repositories; i++)
        {
            // Two of three files are in other repositories too; 200 KB of the files do not compress.
            await forge.AddAsync(
                $"r{i}", [.. Enumerable.Range(0, 6).Select(k => ($"f{k}.py", Content(k < 4 ? (i + k) % 10 : (100 * i) + k)))]);
        }

        forge.Add("empty", null);
        return await forge.StartAsync();

        static string Content(int seed)
        {
            byte[] bytes = new byte[25_000];
            new Random(seed).NextBytes(bytes);
            return "# " + Convert.ToHexString(bytes) + "\n";
        }
    }

    private static TestCrawl Crawl(TestForge forge, string workspace, string? catalog = null)
    {
        TestCrawl crawl = forge.Crawl(workspace);
        crawl.Options.Catalog = catalog;
        crawl.Options.RawPartBytes = 1 << 20;
        crawl.Options.FetchAhead = 2;
        crawl.Options.FetchConnections = 1;
        return crawl;
    }

    private static string Dump(TestCrawl crawl)
    {
        using Catalog catalog = Catalog.Open(CatalogAddress.Parse(crawl.Options.Catalog, crawl.Workspace.CatalogFile), TimeProvider.System);
        return TestCatalog.Dump(catalog);
    }

    private static int Helped(TestCrawl crawl) => crawl.Events.OfType<Note>()
        .Where(note => note.Text.EndsWith("repositories fetched for the other process", StringComparison.Ordinal))
        .Sum(note => int.Parse(note.Text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    // Allows or refuses new connections; open ones remain.
    private void Allow(string database, bool connections)
    {
        int end = database.IndexOf('?');
        string name = database[(database.LastIndexOf('/', end) + 1)..end];
        postgres.Server.Sql("postgres", $"ALTER DATABASE {name} ALLOW_CONNECTIONS {connections}");
    }

    private static void Kill(Npgsql.NpgsqlConnection connection)
    {
        using var command = new Npgsql.NpgsqlCommand(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = (SELECT worker FROM writers)
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, connection);
        Assert.Equal(true, command.ExecuteScalar());
    }
}
