using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Storage;
using DataForge.Forge.Git;
using DataForge.Forge.Repositories;
using ForgeState = DataForge.Forge.Repositories.RepositoryState;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

public class GitHubSourceTests
{
    [Fact]
    public async Task Crawl_forge_pythonLicencesAndMetadataWithTheFactsOfTheDay()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        ForgeRepository one = await forge.AddAsync(
            "one", ("a.py", "a = 1\n"), ("pkg/b.py", "b = 2\n"), ("LICENSE", "MIT"), ("pyproject.toml", "[project]\n"), ("data.bin", new string('x', 200_000)));
        forge.Add("empty", null);
        ForgeRepository fork = await forge.AddAsync(
            "fork", ("a.py", "a = 1\n"), ("pkg/b.py", "b = 2\n"), ("LICENSE", "MIT"), ("c.py", "c = 3\n"));
        fork.Parent = one;
        await forge.StartAsync();

        TestCrawl crawl = await forge.Crawl(folder["w"]).RunAsync("r", TestForge.Source);
        Assert.Equal(
            [
                "owner/empty: . !empty", "owner/fork: LICENSE", "owner/fork: a.py", "owner/fork: c.py", "owner/fork: pkg/b.py",
                "owner/one: LICENSE", "owner/one: a.py", "owner/one: pkg/b.py", "owner/one: pyproject.toml"],
            crawl.Paths());
        RepositoryFacts facts = crawl.Rows()[0].Repository;
        Assert.Equal(
            new RepositoryFacts
            {
                Id = one.Id, Name = "owner/one", Source = "github", Snapshot = 1,
                Commit = TestGit.Run(one.GitFolder!, "rev-parse", "HEAD").Trim(),
                Stars = one.Stars, Forks = one.Forks, IsFork = false, ForgeLicense = "MIT",
                CreatedAt = DateTimeOffset.FromUnixTimeSeconds(one.CreatedAt).ToString(
                    "yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            },
            facts);
        Assert.True(crawl.Rows()[^1].Repository.IsFork);
        Assert.Equal(5, crawl.Contents(0).Count);
        Assert.True(forge.Server.Traffic[one.Id].BytesSent < 10_000, "the data travelled");
        Assert.Empty(Directory.GetDirectories(folder["w", "mirrors"]));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(4, 0, 128)]
    [InlineData(3, 8, 5)]
    public async Task Crawl_anyConcurrency_sameBytesAndEachContentTravelsOnce(int workers, int connections, int ahead)
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        for (int i = 0; i < 12; i++)
        {
            // Each shares most of its contents with the others.
            (string, string)[] files = [.. Enumerable.Range(0, 8).Select(k => ($"f{k}.py", $"# {(k + i) % 10}\n" + string.Join('\n', Enumerable.Range(0, 300).Select(n => $"x{n} = {n * (k + i) % 10}"))))];
            await forge.AddAsync($"r{i}", files);
        }

        await forge.StartAsync();
        TestCrawl plain = forge.Crawl(folder["plain"]);
        plain.Workers = 1;
        plain.Options.FetchConnections = 1;
        plain.Options.FetchAhead = 1;
        plain.Options.RawPartBytes = 1 << 20;
        await plain.RunAsync("r", TestForge.Source);
        Assert.Equal(10 * 12, plain.Rows().Select(row => row.BlobId).Distinct().Count() * 12);

        forge.Server.Traffic.Clear();
        TestCrawl crawl = forge.Crawl(folder["w"]);
        crawl.Workers = workers;
        crawl.Options.FetchConnections = connections;
        crawl.Options.FetchAhead = ahead;
        crawl.Options.RawPartBytes = 1 << 20;
        await crawl.RunAsync("r", TestForge.Source);
        Assert.Equal(plain.RawHashes(), crawl.RawHashes());
    }

    [Fact]
    public async Task Crawl_again_unchangedForgeCostsNoGitAndOnlyChangesTravel()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        List<ForgeRepository> all = [];
        for (int i = 0; i < 10; i++)
        {
            all.Add(await forge.AddAsync($"r{i}", ("a.py", $"a = {i}\n"), ("b.py", $"b = {i}\n")));
        }

        all.Add(forge.Add("empty", null));
        await forge.StartAsync();
        TestCrawl crawl = await forge.Crawl(folder["w"]).RunAsync("r1", TestForge.Source);
        string[] before = crawl.RawHashes();
        int windows = Windows(crawl);

        forge.Server.Log.Clear();
        forge.Server.Traffic.Clear();
        await crawl.RunAsync("r2", TestForge.Source);
        Assert.Equal(before, crawl.RawHashes());
        Assert.DoesNotContain(forge.Server.Log.All, record => record.Resource is "git" or "codeload");
        Assert.Equal(0, forge.Server.Log.All.Count(record => record.Resource == "core" && record.IsCharged));
        Assert.InRange(forge.Server.Log.All.Count(record => record.Resource == "search"), 0, windows);

        await TestForge.PushAsync(all[3], ("c.py", "c = 3\n"));
        forge.Server.Traffic.Clear();
        await crawl.RunAsync("r3", TestForge.Source);
        Assert.Equal(all[3].Id, Assert.Single(forge.Server.Traffic.ByRepository).Key);
        Assert.Equal([BlobId.Of("c = 3\n"u8)], crawl.Contents(1).Keys);
        Assert.Equal(2, crawl.Rows().First(row => row.Repository.Id == all[3].Id).Repository.Snapshot);
        Assert.Equal(22, crawl.Rows().Count);
    }

    [Fact]
    public async Task Crawl_vanishedMovedPrivateBlocked_areRecordedAsSuch()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        List<ForgeRepository> all = [];
        for (int i = 0; i < 6; i++)
        {
            all.Add(await forge.AddAsync($"r{i}", ("a.py", $"a = {i}\n")));
        }

        await forge.StartAsync();
        TestCrawl crawl = await forge.Crawl(folder["w"]).RunAsync("r1", TestForge.Source);
        Assert.Equal(6, crawl.Rows().Count);

        all[0].State = ForgeState.Vanished;
        all[1].State = ForgeState.Blocked;
        forge.Repositories.Rename(all[2], new ForgeOwner(2, "other"), "renamed");
        all[3].State = ForgeState.Private;
        all[3].IsStaleInSearch = true;
        all[3].PushedAt += 1000;
        forge.Repositories.Rename(all[4], new ForgeOwner(2, "other"), "moved");
        all[4].Stars = 1;
        await crawl.RunAsync("r2", TestForge.Source);
        using Catalog catalog = Catalog.Open(crawl.Workspace.CatalogFile);
        Assert.Equal(RepositoryStatus.Vanished, catalog.States.Find(all[0].Id)!.Status);
        Assert.Equal(RepositoryStatus.Blocked, catalog.States.Find(all[1].Id)!.Status);
        Assert.Equal(
            (RepositoryStatus.Present, "other/renamed"), (catalog.States.Find(all[2].Id)!.Status, catalog.States.Find(all[2].Id)!.Name));
        Assert.Equal(RepositoryStatus.Vanished, catalog.States.Find(all[3].Id)!.Status);
        Assert.Equal(
            (RepositoryStatus.Moved, "other/moved"), (catalog.States.Find(all[4].Id)!.Status, catalog.States.Find(all[4].Id)!.Detail));
        Assert.Equal(RepositoryStatus.Present, catalog.States.Find(all[5].Id)!.Status);
        Assert.Equal([all[2].Id, all[3].Id, all[5].Id], crawl.Rows().Select(row => row.Repository.Id).Distinct().Order());
        Assert.Contains(crawl.Events.OfType<Note>(), note => note.Text.Contains("owner/r0 is no longer among", StringComparison.Ordinal));
        Assert.Contains(crawl.Events.OfType<Note>(), note => note.Text.Contains("now called other/renamed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Crawl_pinnedList_sameBytesAndGoneCommitsReported()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        ForgeRepository one = await forge.AddAsync("one", ("a.py", "a = 1\n"));
        await forge.AddAsync("two", ("b.py", "b = 1\n"));
        forge.Add("empty", null);
        await forge.StartAsync();
        TestCrawl first = await forge.Crawl(folder["w"]).RunAsync("r", TestForge.Source);
        string list = Path.Combine(first.Run.Folder, "1-commits.jsonl");

        // Pushed to, starred and renamed since.
        await TestForge.PushAsync(one, ("a.py", "a = 2\n"));
        one.Stars += 100;
        TestCrawl again = await forge.Crawl(folder["w2"]).RunAsync("r", "pinned:" + list);
        Assert.Equal(first.RawHashes(), again.RawHashes());
        Assert.Equal(File.ReadAllBytes(list), File.ReadAllBytes(Path.Combine(again.Run.Folder, "1-commits.jsonl")));

        string gone = File.ReadAllText(list).Replace(first.Rows()[0].Repository.Commit!, new string('1', 40), StringComparison.Ordinal);
        File.WriteAllText(folder["gone.jsonl"], gone);
        TestCrawl third = await forge.Crawl(folder["w3"]).RunAsync("r", "pinned:" + folder["gone.jsonl"]);
        Assert.Equal(["owner/empty: . !empty", "owner/one: . !vanished", "owner/two: b.py"], third.Paths());
        Assert.Contains(
            third.Events.OfType<FileFault>(),
            fault => fault.Rule == "vanished" && fault.Detail.Contains("commit 1111", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Crawl_archives_sameRowsAsGit()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        string name = new('n', 150);
        ForgeRepository one = await forge.AddAsync(
            "one", ("a.py", "a = 1\n"), ($"deep/{name}/{name}.py", "b = 2\n"), ("LICENSE", "MIT"), ("x.bin", "x"),
            ("big.py", new string('#', 1 << 20)));
        await BareRepository.CommitAsync(
            one.GitFolder!,
            [new ForgeFile("run.py", "r = 1\n"u8.ToArray(), "100755"), new ForgeFile("link.py", "a.py"u8.ToArray(), "120000")],
            1_600_000_001);
        forge.Add("empty", null);
        await forge.StartAsync();
        TestCrawl git = await forge.Crawl(folder["w"]).RunAsync("r", TestForge.Source);
        TestCrawl archive = forge.Crawl(folder["w2"]);
        archive.Options.FetchTransport = "archive";
        await archive.RunAsync("r", TestForge.Source);
        Assert.Contains("owner/one: big.py !size", git.Paths());
        string[] Seen(TestCrawl crawl) => [.. crawl.Rows().Where(row => row.Repository.Id == one.Id)
            .Select(row => $"{row.Repository.Commit} {row.Path} {row.Mode} {(row.Fault is null ? row.BlobId : null)} {row.Fault}")];
        Assert.Equal(Seen(git), Seen(archive));
        Assert.Equal(
            Convert.ToHexString(git.Contents(0)[BlobId.Of("a = 1\n"u8)]), Convert.ToHexString(archive.Contents(0)[BlobId.Of("a = 1\n"u8)]));
    }

    [Fact]
    public async Task Crawl_serverWithoutPartialFetches_sameRowsByFetchingAll()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        for (int i = 0; i < 5; i++)
        {
            await forge.AddAsync($"r{i}", ("a.py", $"a = {i}\n"), ("shared.py", "s = 1\n"), ("data.bin", new string('x', 1000 + i)));
        }

        await forge.StartAsync();
        TestCrawl partial = await forge.Crawl(folder["w"]).RunAsync("r", TestForge.Source);
        foreach (ForgeRepository repository in forge.Repositories.All.Skip(1))
        {
            repository.LacksFilters = true;
        }

        TestCrawl whole = await forge.Crawl(folder["w2"]).RunAsync("r", TestForge.Source);
        Assert.Equal(10, whole.Rows().Count(row => row.Fault is null));
        Assert.Equal(partial.RawHashes(), whole.RawHashes());
    }

    private static int Windows(TestCrawl crawl)
    {
        using Catalog catalog = Catalog.Open(crawl.Workspace.CatalogFile);
        return catalog.Ledger.Queries().Sum(query => catalog.Ledger.Windows(query).Count());
    }
}
