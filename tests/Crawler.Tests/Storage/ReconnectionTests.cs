using System.Data.Common;
using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Storage;

/// <summary>Catalogs whose connection to a real server is cut.</summary>
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
            RunAllOperations(catalog, undisturbed.Time);
        }

        using Catalog expected = undisturbed.Open();
        string dump = TestCatalog.Dump(expected);
        using var proxy = new PostgresServerProxy(postgres.Server);
        using var test = new TestCatalog(proxy.Through(postgres.Server.CreateDatabase()));
        using Catalog again = test.Open();
        int reconnected = 0;
        again.Reconnected = _ => reconnected++;

        // A commit is cut; the one that restores the worker and the repeated one are not; then the next one is cut.
        proxy.CutCommits(0, 3, cut);
        RunAllOperations(again, test.Time);
        proxy.CutCommits(0, 0, cut);
        Assert.Equal(dump, TestCatalog.Dump(again));
        Assert.Equal(0, again.Workers.All().Sum(worker => worker.Leases));
        Assert.True(again.Writer.TryAcquire(Minute));
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
        catalog.Ledger.Begin("q");
        TestParts.Commit(catalog, 0, 0, 10, 1);
        Action[] reads =
        [
            () => Assert.Equal(1, catalog.Parts.NextNumber()),
            () => Assert.Equal((0, 3), catalog.Contents.Find(TestParts.Id(3))),
            () => Assert.Equal(10, catalog.Contents.FindMany(Enumerable.Range(0, 20).Select(i => TestParts.Id(i))).Count),
            () => Assert.Equal(1, catalog.Snapshots.Find(1, "signature")!.Number),
            () => Assert.Equal(10, Input(catalog)),
            () => Assert.Single(catalog.Ledger.Windows("q")),
            () => Assert.Equal((1, false), catalog.Ledger.State("q")),
            () => Assert.Empty(catalog.Ledger.Repositories("q")),
            () => Assert.Single(catalog.Removal.AllRepositories()),
            () => catalog.Leases.AddWork("q", [1], CancellationToken.None),
            () => Assert.Equal([1L], catalog.Leases.TryLeaseRepositories("q", 1, Minute)),
            () => Assert.False(catalog.Leases.Complete("q", 1, null)),
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
            Assert.True(away.Writer.TryAcquire(Minute));
            TestParts.Commit(away, 0, 0, 10, 1);
            proxy.IsClosed = true;
            WaitUntil(() => other.Writer.TryAcquire(Minute));
            TestParts.Commit(other, 1, 10, 10, 2);
            other.Writer.Release();
            proxy.IsClosed = false;

            // Its next operation fails, whichever it is, and all that follow.
            string message = Assert.Throws<DataForgeException>(() => away.Contents.Find(TestParts.Id(1))).Message;
            Assert.Contains("took over", message, StringComparison.Ordinal);
            Assert.Throws<DataForgeException>(() => TestParts.Commit(away, 2, 20, 10, 3));
            away.EndTurn("q");
        }

        Assert.Equal(2, other.Parts.NextNumber());
        Assert.Single(other.Workers.All());
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
        Assert.True(away.Writer.TryAcquire(Minute));
        TestParts.Commit(away, 0, 0, 10, 1);
        long? number = away.Workers.Id;
        proxy.IsClosed = true;
        WaitUntil(() => other.Workers.All().Count == 0);
        proxy.IsClosed = false;
        TestParts.Commit(away, 1, 10, 10, 2);
        Assert.False(other.Writer.TryAcquire(Minute));
        Assert.Contains(other.Workers.All(), worker => worker.Id == number && worker.IsWriter);
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
        away.Leases.AddWork("q", [1, 2, 3, 4], CancellationToken.None);
        Assert.Equal([1, 2, 3], away.Leases.TryLeaseRepositories("q", 3, Minute));
        Assert.True(away.Leases.Complete("q", 1, "ok"));
        proxy.IsClosed = true;
        WaitUntil(() => other.Workers.All().Count == 0);
        Assert.Equal([2], other.Leases.TryLeaseRepositories("q", 1, Minute));
        proxy.IsClosed = false;

        // The other worker has the second; the third is free again, and only the worker that leases it completes it.
        Assert.False(away.Leases.Complete("q", 2, "late"));
        Assert.False(away.Leases.Complete("q", 3, "late"));
        Assert.Equal([3], away.Leases.TryLeaseRepositories("q", 1, Minute));
        Assert.True(away.Leases.Complete("q", 3, "ok"));
        Assert.True(other.Leases.Complete("q", 2, "ok"));
        Assert.Equal([4], other.Leases.TryLeaseRepositories("q", 5, Minute));
    }

    [Fact]
    public void Operation_serverGoneForGood_endsWithOneLine()
    {
        using PostgresServer server = PostgresServer.TryStart() ?? postgres.Server;
        using var test = new TestCatalog(server.CreateDatabase());
        using Catalog catalog = test.Open(reconnections: 3);
        Assert.True(catalog.Writer.TryAcquire(Minute));
        server.Stop();
        string message = Assert.ThrowsAny<DbException>(() => TestParts.Commit(catalog, 0, 0, 10, 1)).Message;
        Assert.Contains("could not be reopened", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);

        // No operation waits for it a second time.
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(message, Assert.ThrowsAny<DbException>(() => catalog.Contents.Find(TestParts.Id(i))).Message);
        }

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
        catalog.EndTurn("q");
    }

    // All operations that write, in the order of a crawl.
    private static void RunAllOperations(Catalog catalog, ManualTime time)
    {
        Assert.True(catalog.Writer.TryAcquire(Minute));
        catalog.Names.Add([("dir", "/a/b", "b"), ("dir", "/c", "c")]);
        catalog.Ledger.Begin("language:python");
        catalog.Ledger.Record(Taken(catalog) with { State = WindowState.Split, Expected = 1500 }, ["stars:1", "stars:2"], []);
        catalog.Ledger.Release(Taken(catalog));
        catalog.Ledger.Record(
            Taken(catalog) with { State = WindowState.Done, ETag = "x" }, [], [LedgerTests.Repository(1), LedgerTests.Repository(2, 5)]);
        catalog.Ledger.Record(
            Taken(catalog) with { State = WindowState.Done }, [], [LedgerTests.Repository(2, 6), LedgerTests.Repository(3)]);
        catalog.Ledger.StoreResponse("/x", new CachedResponse("e", [0, 1]));
        catalog.Leases.AddWork("q", [1, 2, 3], CancellationToken.None);
        foreach (long repository in catalog.Leases.TryLeaseRepositories("q", 2, Minute))
        {
            catalog.Leases.Complete("q", repository, null);
        }

        while (!catalog.Leases.TryTakeOver("q", 3))
        {
        }

        Assert.InRange(catalog.Leases.Renew(Minute), 1, 2);
        TestParts.Commit(catalog, 0, 0, 9000, 5, 3);
        catalog.Parts.Commit(null, [TestParts.Share(9, 0)], [], []);
        TestParts.Commit(catalog, 1, 9000, 10, 5);
        catalog.Sources.AddCompleted([new CompletedRepository(
            "fresh:5", "s", 1, new RepositoryState(5, RepositoryStatus.Present, "a/b", "c5", time.GetUtcNow()))]);
        catalog.Sources.Set("k", "1", [(5, 1), (3, 1)]);
        catalog.States.Set(new RepositoryState(-1, RepositoryStatus.Vanished, "z/z"));
        catalog.Ledger.Close("language:python");
        catalog.Leases.Release("q", catalog.Leases.TryLeaseRepositories("q", 1, Minute).FirstOrDefault());
        catalog.EndTurn("q");
    }

    private static SearchWindow Taken(Catalog catalog) => catalog.Ledger.Take("language:python")!;

    private static long Input(Catalog catalog)
    {
        var counts = new CountTable();
        catalog.Parts.InputOf([(1, 1)], counts);
        return counts[CountName.OccurrencesOf(FileKind.Python)];
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
