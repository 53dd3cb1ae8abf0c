using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Tests.Storage;

public class LedgerTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void Rounds_splitThenDone_keepWindowsAndFigures(string database)
    {
        using var test = new TestCatalog(database, postgres);
        using Catalog catalog = test.Open();
        Assert.Equal((0, false), catalog.Ledger.State("q"));
        Assert.Equal(1, catalog.Ledger.Begin("q"));
        Assert.Equal(1, catalog.Ledger.Begin("q"));
        Assert.Equal(1, catalog.Ledger.OpenWindows("q"));
        SearchWindow whole = catalog.Ledger.Take("q")!;
        Assert.Equal(new SearchWindow { Query = "q", Text = "" }, whole);
        Assert.Null(catalog.Ledger.Take("q"));
        catalog.Ledger.Record(whole with { State = WindowState.Split, Expected = 1500, Searches = 1 }, ["b", "a"], []);
        Assert.Equal(2, catalog.Ledger.OpenWindows("q"));
        SearchWindow a = catalog.Ledger.Take("q")!;
        Assert.Equal("a", a.Text);
        catalog.Ledger.Release(a);
        Assert.Equal("a", catalog.Ledger.Take("q")!.Text);
        SearchWindow done = a with
        {
            State = WindowState.Done, Expected = 3, Seen = 2, Searches = 2, IncompleteAnswers = 1, IsUnsplittable = true, ETag = "W/\"1\"",
        };
        catalog.Ledger.Record(done, [], [Repository(2), Repository(1)]);
        catalog.Ledger.Record(catalog.Ledger.Take("q")! with { State = WindowState.Done }, [], []);
        Assert.Equal(0, catalog.Ledger.OpenWindows("q"));
        Assert.Equal([done with { Round = 1 }], catalog.Ledger.Windows("q").Where(window => window.Text == "a"));
        Assert.Equal([1L, 2L], catalog.Ledger.Members("q", "a").Select(member => member.Id));
        Assert.Equal(Repository(2), catalog.Ledger.Members("q", "a")[1]);

        catalog.Ledger.Close("q");
        Assert.Equal((1, true), catalog.Ledger.State("q"));
        Assert.Equal(2, catalog.Ledger.Begin("q"));
        Assert.Equal((2, false), catalog.Ledger.State("q"));
        Assert.Equal(["", "a", "b"], catalog.Ledger.Windows("q").Select(window => window.Text));
        Assert.Equal([WindowState.Split, WindowState.Open, WindowState.Open], catalog.Ledger.Windows("q").Select(window => window.State));
        SearchWindow again = catalog.Ledger.Take("q")!;
        Assert.Equal(done with { State = WindowState.Open, Round = 1 }, again);
        catalog.Ledger.Record(again with { State = WindowState.Done }, [], [Repository(3)]);
        Assert.Equal([3L], catalog.Ledger.Members("q", "a").Select(member => member.Id));
        Assert.Equal(2, catalog.Ledger.Windows("q").Single(window => window.Text == "a").Round);
        Assert.Equal(["q"], catalog.Ledger.Queries());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void Repositories_inSeveralWindows_comeOnceWithTheLatestFacts(string database)
    {
        using var test = new TestCatalog(database, postgres);
        using Catalog catalog = test.Open();
        catalog.Ledger.Begin("q");
        catalog.Ledger.Begin("other");
        Complete(catalog.Ledger, "other", [Repository(5, 99), Repository(100_000)]);
        catalog.Ledger.Record(catalog.Ledger.Take("q")! with { State = WindowState.Split }, ["a", "b", "c"], []);
        Assert.Empty(catalog.Ledger.Repositories("q"));
        Complete(catalog.Ledger, "q", [.. Enumerable.Range(1, 1000).Select(i => Repository(i))]);
        Complete(catalog.Ledger, "q", [.. Enumerable.Range(500, 1000).Select(i => Repository(i, 1))]);
        Complete(catalog.Ledger, "q", [.. Enumerable.Range(900, 1000).Select(i => Repository(i, -1))]);
        List<DiscoveredRepository> all = [.. catalog.Ledger.Repositories("q")];
        Assert.Equal(Enumerable.Range(1, 1899).Select(i => (long)i), all.Select(repository => repository.Id));
        Assert.Equal(Repository(499), all[498]);
        Assert.Equal(Repository(500, 1), all[499]);
        Assert.Equal(Repository(1499, 1), all[1498]);
        Assert.Equal(Repository(1500, -1), all[1499]);
        Assert.Equal(all, all.Select(repository => catalog.Discovered.Find(repository.Id, "q")));
        Assert.Null(catalog.Discovered.Find(100_000, "q"));
        Assert.Null(catalog.Discovered.Find(1, "unknown"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void Take_byTwo_givesEachWindowOnceUntilTheLeaseEnds(string database)
    {
        using var test = new TestCatalog(database, postgres);
        using Catalog one = test.Open();
        using Catalog other = test.Open();
        one.Ledger.Begin("q");
        other.Ledger.Begin("q");
        one.Ledger.Record(one.Ledger.Take("q")! with { State = WindowState.Split }, ["a", "b"], []);
        Assert.Equal("a", one.Ledger.Take("q")!.Text);
        Assert.Equal("b", other.Ledger.Take("q")!.Text);
        Assert.Null(other.Ledger.Take("q"));
        test.Time.Advance(TimeSpan.FromMinutes(9));
        one.Leases.Renew(TimeSpan.FromMinutes(10));
        test.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(other.Ledger.Take("q"));
        Assert.Equal("b", one.Ledger.Take("q")!.Text);
        one.Dispose();
        Assert.Equal("a", other.Ledger.Take("q")!.Text);
    }

    [Theory]
    [InlineData("sqlite", 1)]
    [InlineData("sqlite", 2)]
    [InlineData("postgres", 3)]
    public void Ledger_randomWork_answersAsTheOneInMemory(string database, int seed)
    {
        using var test = new TestCatalog(database, postgres);
        using Catalog catalog = test.Open();
        ILedger[] ledgers = [catalog.Ledger, new MemoryLedger()];
        var random = new Random(seed);
        string[] queries = ["a", "b"];
        List<SearchWindow> held = [];
        foreach (string query in queries)
        {
            Both(ledger => ledger.Begin(query));
        }

        for (int step = 0; step < 250; step++)
        {
            string query = queries[random.Next(2)];
            switch (random.Next(6))
            {
                case 0 or 1:
                    if (Both(ledger => ledger.Take(query)) is { } taken)
                    {
                        held.Add(taken);
                    }

                    break;
                case 2 or 3 when held.Count > 0:
                    SearchWindow window = held[random.Next(held.Count)];
                    held.Remove(window);
                    bool isSplit = window.Text.Length < 3 && random.Next(2) == 0;
                    string[] children = isSplit ? [.. Enumerable.Range(0, 3).Select(i => window.Text + (char)('c' - i))] : [];
                    DiscoveredRepository[] members = isSplit
                        ? []
                        :
                        [
                            .. Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(40)).Distinct()
                                .Select(id => Repository(id, random.Next(-1, 3))),
                        ];
                    SearchWindow read = window with
                    {
                        State = isSplit ? WindowState.Split : WindowState.Done, Expected = random.Next(9), Seen = members.Length,
                        Searches = 3,
                    };
                    foreach (ILedger ledger in ledgers)
                    {
                        ledger.Record(read, children, members);
                    }

                    break;
                case 4 when held.Count > 0:
                    SearchWindow released = held[^1];
                    held.RemoveAt(held.Count - 1);
                    Array.ForEach(ledgers, ledger => ledger.Release(released));
                    break;
                default:
                    if (Both(ledger => ledger.OpenWindows(query)) == 0)
                    {
                        Array.ForEach(ledgers, ledger => ledger.Close(query));
                        Both(ledger => ledger.Begin(query));
                    }

                    break;
            }

            Both(ledger => ledger.State(query));
            Both(ledger => string.Join('\n', ledger.Windows(query)));
            Both(ledger => string.Join('\n', ledger.Repositories(query)));
            Assert.All(
                catalog.Ledger.Repositories(query), repository => Assert.Equal(repository, catalog.Discovered.Find(repository.Id, query)));
        }

        T Both<T>(Func<ILedger, T> ask)
        {
            T answer = ask(ledgers[0]);
            Assert.Equal(ask(ledgers[1]), answer);
            return answer;
        }
    }

    [Fact]
    public void StoreAnswer_again_replacesIt()
    {
        using var test = new TestCatalog("postgres", postgres);
        using Catalog catalog = test.Open();
        Assert.Null(catalog.Ledger.FindResponse("/repos/a/b"));
        catalog.Ledger.StoreResponse("/repos/a/b", new CachedResponse("\"1\"", [1, 0, 255]));
        catalog.Ledger.StoreResponse("/repos/a/b", new CachedResponse("\"2\"", [2]));
        Assert.Equal("\"2\"", catalog.Ledger.FindResponse("/repos/a/b")!.ETag);
        Assert.Equal([2], catalog.Ledger.FindResponse("/repos/a/b")!.Body);
    }

    /// <summary>A query with one split window, two done ones and an answer.</summary>
    internal static void Fill(Catalog catalog)
    {
        catalog.Ledger.Begin("language:python");
        catalog.Ledger.Record(
            catalog.Ledger.Take("language:python")! with { State = WindowState.Split, Expected = 1500 }, ["stars:1", "stars:2"], []);
        catalog.Ledger.Record(
            catalog.Ledger.Take("language:python")! with { State = WindowState.Done, ETag = "x" }, [], [Repository(1), Repository(2, 5)]);
        Complete(catalog.Ledger, "language:python", [Repository(2, 6), Repository(3)]);
        catalog.Ledger.StoreResponse("/x", new CachedResponse("e", [0, 1]));
    }

    private static void Complete(ILedger ledger, string query, IReadOnlyCollection<DiscoveredRepository> members) =>
        ledger.Record(ledger.Take(query)! with { State = WindowState.Done }, [], members);

    internal static DiscoveredRepository Repository(long id, int updatedAfter = 0) => new()
    {
        Id = id,
        FullName = $"Owner/r{id}",
        CloneUrl = $"https://example.org/Owner/r{id}.git",
        DefaultBranch = "main",
        Stars = id % 7,
        Forks = 2,
        IsFork = id % 2 == 0,
        IsArchived = id % 3 == 0,
        IsDisabled = id % 5 == 0,
        IsPrivate = id % 11 == 0,
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(1_500_000_000 + id),
        PushedAt = id % 2 == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(1_600_000_000),
        UpdatedAt = updatedAfter < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + updatedAfter),
        LicenseSpdx = id % 4 == 0 ? null : "MIT",
        SizeKilobytes = 12,
    };
}
