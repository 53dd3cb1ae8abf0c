using DataForge.Corpus;
using DataForge.Forge.Faults;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>What the lists of several rounds, and of repositories that could not be had, rebuild.</summary>
public class PinnedListTests
{
    [Fact]
    public async Task Crawl_listsOfAllRoundsInOrder_theRawBytesOfTheRecrawledWorkspace()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        TestCrawl original = await RecrawledAsync(folder, forge);

        TestCrawl rebuilt = forge.Crawl(folder["w2"]);
        foreach (string run in (string[])["r1", "r2", "r3"])
        {
            await rebuilt.RunAsync(run, "pinned:" + List(folder, run));
            Assert.Equal(File.ReadAllBytes(List(folder, run)), File.ReadAllBytes(Path.Combine(rebuilt.Run.Folder, "1-commits.jsonl")));
            Assert.Equal(File.ReadAllText(folder["w", "runs", run, "1-input.json"]), File.ReadAllText(rebuilt.Run.InputFile));
        }

        Assert.Equal(original.RawHashes(), rebuilt.RawHashes());
    }

    [Fact]
    public async Task Crawl_listOfTheLastRoundAlone_theRowsAndContentsOfItsRun()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        TestCrawl original = await RecrawledAsync(folder, forge);
        TestCrawl rebuilt = await forge.Crawl(folder["w2"]).RunAsync("r", "pinned:" + List(folder, "r3"));
        Assert.Equal(File.ReadAllBytes(List(folder, "r3")), File.ReadAllBytes(Path.Combine(rebuilt.Run.Folder, "1-commits.jsonl")));
        Assert.Equal(Rows(original), Rows(rebuilt));
        Assert.Equal([1, 2, 3], Rows(rebuilt).Select(row => row.Repository.Snapshot).Distinct().Order());

        // A list of its own gives the same bytes again.
        TestCrawl third = await forge.Crawl(folder["w3"]).RunAsync("r", "pinned:" + Path.Combine(rebuilt.Run.Folder, "1-commits.jsonl"));
        Assert.Equal(rebuilt.RawHashes(), third.RawHashes());
    }

    [Fact]
    public async Task Crawl_listWithRepositoriesThatCouldNotBeHad_sameRowsThoughTheyCouldNow()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        await forge.AddAsync("good", ("a.py", "a = 1\n"));
        await forge.AddAsync("refused", ("a.py", "b = 1\n"));
        await forge.AddAsync("late", ("a.py", "c = 1\n"), ("b.py", "c = 2\n"));
        await forge.AddAsync("link", ("a.py", "d = 1\n"));
        forge.Add("empty", null);
        await forge.StartAsync();

        // One refuses the first request; one gives its HEAD, then no trees.
        forge.Server.Faults.Plant(
            new PlantedFault(FaultKind.Status) { Target = "/owner/refused.git", Status = 418, Times = 100 },
            new PlantedFault(FaultKind.Status) { Target = "/owner/late.git", Status = 451, Times = 100, Skip = 1 });
        TestCrawl first = await forge.Crawl(folder["w"]).RunAsync("r", TestForge.Source);
        Assert.Equal(
            ["owner/empty: . !empty", "owner/good: a.py", "owner/late: . !blocked", "owner/link: a.py", "owner/refused: . !refused"], first.Paths());
        Assert.NotNull(first.Rows().Single(row => row.Fault == "blocked").Repository.Commit);

        forge.Server.Faults.Clear();
        string list = Path.Combine(first.Run.Folder, "1-commits.jsonl");
        TestCrawl again = await forge.Crawl(folder["w2"]).RunAsync("r", "pinned:" + list);
        Assert.Equal(first.RawHashes(), again.RawHashes());
        Assert.Equal(File.ReadAllBytes(list), File.ReadAllBytes(Path.Combine(again.Run.Folder, "1-commits.jsonl")));
    }

    [Theory]
    [InlineData("\"fault\":\"nonsense\",")]
    [InlineData("\"fault\":7,")]
    [InlineData("\"snapshot\":0,")]
    [InlineData("\"snapshot\":\"x\",")]
    public async Task Crawl_listWithALineThatIsNone_namesIt(string wrong)
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        await forge.StartAsync();
        File.WriteAllText(folder["list.jsonl"], "{" + wrong + "\"id\":1,\"name\":\"a/b\",\"source\":\"github\"}\n");
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => forge.Crawl(folder["w"]).RunAsync("r", "pinned:" + folder["list.jsonl"]));
        Assert.Contains("line 1", fault.Message, StringComparison.Ordinal);
    }

    // Three rounds: one repository changes in the second, another and the first again in the third.
    private static async Task<TestCrawl> RecrawledAsync(TemporaryFolder folder, TestForge forge)
    {
        List<ForgeRepository> all = [];
        for (int i = 0; i < 6; i++)
        {
            all.Add(await forge.AddAsync($"r{i}", ("a.py", $"a = {i}\n"), ("shared.py", "shared = 1\n")));
        }

        forge.Add("empty", null);
        await forge.StartAsync();
        TestCrawl original = await forge.Crawl(folder["w"]).RunAsync("r1", TestForge.Source);
        await TestForge.PushAsync(all[2], ("a.py", "a = 22\n"));
        all[2].Stars += 50;
        await original.RunAsync("r2", TestForge.Source);
        await TestForge.PushAsync(all[2], ("a.py", "a = 2\n"), ("b.py", "b = 2\n"));
        await TestForge.PushAsync(all[4], ("shared.py", "shared = 4\n"));
        await original.RunAsync("r3", TestForge.Source);
        return original;
    }

    private static string List(TemporaryFolder folder, string run) => folder["w", "runs", run, "1-commits.jsonl"];

    // Where a content lies is the workspace's affair.
    private static Occurrence[] Rows(TestCrawl crawl) =>
        [.. crawl.Rows().Select(row => row with { BlobPart = 0 }).OrderBy(row => row.Repository.Id).ThenBy(row => row.Path, StringComparer.Ordinal)];
}
