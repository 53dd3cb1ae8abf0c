using System.Data.Common;
using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Storage;

/// <summary>Catalogs whose way to a real server is cut.</summary>
public sealed class ReconnectionTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(CommitCut.Before)]
    [InlineData(CommitCut.After)]
    [InlineData(CommitCut.AfterUnnoticed)]
    public void EachOperation_connectionBreaksAtItsCommit_isDoneOnce(CommitCut cut)
    {
        using var undisturbed = new TestCatalog("postgres", postgres);
        using (Catalog catalog = undisturbed.Open())
        {
            Work(catalog, undisturbed.Time);
        }

        using Catalog expected = undisturbed.Open();
        string dump = TestCatalog.Dump(expected);
        using var proxy = new PostgresServerProxy(postgres.Server);
        using var test = new TestCatalog(proxy.Through(postgres.Server.CreateDatabase()));
        using Catalog again = test.Open();
        int reconnected = 0;
        again.Reconnected = _ => reconnected++;

        // A commit is cut, that of taking the worker's number again is not, nor the same one again; then comes the next.
        proxy.CutCommits(0, 3, cut);
        Work(again, test.Time);
        proxy.CutCommits(0, 0, cut);
        Assert.Equal(dump, TestCatalog.Dump(again));
        Assert.Equal(0, again.Workers().Sum(worker => worker.Leases));
        Assert.True(again.TryBecomeWriter(Minute));
        Assert.Equal(proxy.Cuts, reconnected);
        Assert.InRange(reconnected, 20, 40);
    }

    [Fact]
    public void EachOperation_connectionBrokeBefore_isDone()
    {
        using var proxy = new PostgresServerProxy(postgres.Server);
        using var test = new TestCatalog(proxy.Through(postgres.Server.CreateDatabase()));
        using Catalog catalog = test.Open();
        int reconnected = 0;
        catalog.Reconnected = _ => reconnected++;
        catalog.Begin("q");
        TestParts.Commit(catalog, 0, 0, 10, 1);
        Action[] reads =
        [
            () => Assert.Equal(1, catalog.NextPart),
            () => Assert.Equal((0, 3), catalog.FindContent(TestParts.Id(3))),
            () => Assert.Equal(10, catalog.FindContents(Enumerable.Range(0, 20).Select(i => TestParts.Id(i))).Count),
            () => Assert.Equal(1, catalog.FindSnapshot(1, "signature")!.Number),
            () => Assert.Equal(10, Input(catalog)),
            () => Assert.Single(catalog.Windows("q")),
            () => Assert.Equal((1, false), catalog.State("q")),
            () => Assert.Empty(catalog.Repositories("q")),
            () => Assert.Single(catalog.Repositories()),
            () => catalog.AddWork("q", [1], CancellationToken.None),
            () => Assert.Equal([1L], catalog.TryLeaseRepositories("q", 1, Minute)),
            () => Assert.False(catalog.Complete("q", 1, null)),
        ];
        foreach (Action read in reads)
        {
            proxy.Cut();
            read();
        }

        Assert.Equal(reads.Length, reconnected);
    }

    [Fact]
    public void Writer_whileAwayAnotherTookOver_ends()
    {
        using var proxy = new PostgresServerProxy(postgres.Server);
        string address = postgres.Server.CreateDatabase();
        using var test = new TestCatalog(proxy.Through(address));
        using var direct = new TestCatalog(address);
        using Catalog other = direct.Open();
        using (Catalog away = test.Open())
        {
            Assert.True(away.TryBecomeWriter(Minute));
            TestParts.Commit(away, 0, 0, 10, 1);
            proxy.IsClosed = true;
            WaitUntil(() => other.TryBecomeWriter(Minute));
            TestParts.Commit(other, 1, 10, 10, 2);
            other.ReleaseWriter();
            proxy.IsClosed = false;

            // Whatever it does next, and from then on.
            Assert.Contains("took over", Assert.Throws<DataForgeException>(() => away.FindContent(TestParts.Id(1))).Message, StringComparison.Ordinal);
            Assert.Throws<DataForgeException>(() => TestParts.Commit(away, 2, 20, 10, 3));
            away.EndTurn("q");
        }

        Assert.Equal(2, other.NextPart);
        Assert.Single(other.Workers());
    }

    [Fact]
    public void Writer_whileAwayNobodyWrote_remainsTheWriter()
    {
        using var proxy = new PostgresServerProxy(postgres.Server);
        string address = postgres.Server.CreateDatabase();
        using var test = new TestCatalog(proxy.Through(address));
        using var direct = new TestCatalog(address);
        using Catalog other = direct.Open();
        using Catalog away = test.Open();
        Assert.True(away.TryBecomeWriter(Minute));
        TestParts.Commit(away, 0, 0, 10, 1);
        long? number = away.WorkerId;
        proxy.IsClosed = true;
        WaitUntil(() => other.Workers().Count == 0);
        proxy.IsClosed = false;
        TestParts.Commit(away, 1, 10, 10, 2);
        Assert.False(other.TryBecomeWriter(Minute));
        Assert.Contains(other.Workers(), worker => worker.Id == number && worker.IsWriter);
    }

    [Fact]
    public void Leases_ofABrokenConnection_areGivenUp()
    {
        using var proxy = new PostgresServerProxy(postgres.Server);
        string address = postgres.Server.CreateDatabase();
        using var test = new TestCatalog(proxy.Through(address));
        using var direct = new TestCatalog(address);
        using Catalog other = direct.Open();
        using Catalog away = test.Open();
        away.AddWork("q", [1, 2, 3, 4], CancellationToken.None);
        Assert.Equal([1, 2, 3], away.TryLeaseRepositories("q", 3, Minute));
        Assert.True(away.Complete("q", 1, "ok"));
        proxy.IsClosed = true;
        WaitUntil(() => other.Workers().Count == 0);
        Assert.Equal([2], other.TryLeaseRepositories("q", 1, Minute));
        proxy.IsClosed = false;

        // Another has the second; the third is free again, and only who takes it completes it.
        Assert.False(away.Complete("q", 2, "late"));
        Assert.False(away.Complete("q", 3, "late"));
        Assert.Equal([3], away.TryLeaseRepositories("q", 1, Minute));
        Assert.True(away.Complete("q", 3, "ok"));
        Assert.True(other.Complete("q", 2, "ok"));
        Assert.Equal([4], other.TryLeaseRepositories("q", 5, Minute));
    }

    [Fact]
    public void Operation_serverGoneForGood_endsWithOneLine()
    {
        using PostgresServer server = PostgresServer.TryStart() ?? postgres.Server;
        using var test = new TestCatalog(server.CreateDatabase());
        using Catalog catalog = test.Open(reconnections: 3);
        Assert.True(catalog.TryBecomeWriter(Minute));
        server.Stop();
        string message = Assert.ThrowsAny<DbException>(() => TestParts.Commit(catalog, 0, 0, 10, 1)).Message;
        Assert.Contains("could not be taken up again", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);

        // Nobody waits for it a second time.
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(message, Assert.ThrowsAny<DbException>(() => catalog.FindContent(TestParts.Id(i))).Message);
        }

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
        catalog.EndTurn("q");
    }

    // Each operation that writes, as a crawl's writer would do them.
    private static void Work(Catalog catalog, ManualTime time)
    {
        Assert.True(catalog.TryBecomeWriter(Minute));
        catalog.AddNames([("dir", "/a/b", "b"), ("dir", "/c", "c")]);
        catalog.Begin("language:python");
        catalog.Record(Taken(catalog) with { State = WindowState.Split, Expected = 1500 }, ["stars:1", "stars:2"], []);
        catalog.Release(Taken(catalog));
        catalog.Record(Taken(catalog) with { State = WindowState.Done, ETag = "x" }, [], [LedgerTests.Repository(1), LedgerTests.Repository(2, 5)]);
        catalog.Record(Taken(catalog) with { State = WindowState.Done }, [], [LedgerTests.Repository(2, 6), LedgerTests.Repository(3)]);
        catalog.StoreAnswer("/x", new ConditionalAnswer("e", [0, 1]));
        catalog.AddWork("q", [1, 2, 3], CancellationToken.None);
        foreach (long repository in catalog.TryLeaseRepositories("q", 2, Minute))
        {
            catalog.Complete("q", repository, null);
        }

        while (!catalog.TryTakeOver("q", 3))
        {
        }

        Assert.InRange(catalog.Renew(Minute), 1, 2);
        TestParts.Commit(catalog, 0, 0, 9000, 5, 3);
        catalog.CommitPart(null, [TestParts.Share(9, 0)], [], []);
        TestParts.Commit(catalog, 1, 9000, 10, 5);
        catalog.Settle([new SettledRepository("fresh:5", "s", 1, new RepositoryState(5, RepositoryStatus.Present, "a/b", "c5", time.GetUtcNow()))]);
        catalog.SetSource("k", "1", [(5, 1), (3, 1)]);
        catalog.SetState(new RepositoryState(-1, RepositoryStatus.Vanished, "z/z"));
        catalog.Close("language:python");
        catalog.Release("q", catalog.TryLeaseRepositories("q", 1, Minute).FirstOrDefault());
        catalog.EndTurn("q");
    }

    private static SearchWindow Taken(Catalog catalog) => catalog.Take("language:python")!;

    private static long Input(Catalog catalog)
    {
        SortedDictionary<string, long> counts = [];
        catalog.Input([(1, 1)], counts);
        return counts["occurrences.python"];
    }

    // The server learns of a cut connection when it next looks at it.
    private static void WaitUntil(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            Assert.True(i < 500, "it did not come to pass");
            Thread.Sleep(10);
        }
    }
}
