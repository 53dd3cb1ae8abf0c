using System.Collections.Concurrent;
using System.Data.Common;
using DataForge.Corpus;
using DataForge.Crawler.Storage;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Storage;

/// <summary>
/// Crawlers that share a PostgreSQL catalog, reduced to what they do with it: they lease and fetch repositories, and one of them writes parts
/// in the order of the ids.
/// </summary>
public class TwoCrawlersTests(PostgresFixture postgres)
{
    private const int Repositories = 120;
    private const int PartRepositories = 7;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(3, 0)]
    [InlineData(30, 2)]
    [InlineData(50, 5)]
    public async Task TwoCrawlers_oneKilled_leaveTheCatalogOfOneAlone(int afterFetches, int afterParts)
    {
        using var alone = new TestCatalog("postgres", postgres);
        using var noSteps = new Barrier(1);
        await new Crawler(alone, new ConcurrentDictionary<long, int>(), noSteps, int.MaxValue, 0).RunAsync();
        using Catalog expected = alone.Open();

        using var test = new TestCatalog("postgres", postgres);
        var fetched = new ConcurrentDictionary<long, int>();
        using var steps = new Barrier(2);
        var killed = new Crawler(test, fetched, steps, afterFetches, afterParts);
        var survivor = new Crawler(test, fetched, steps, int.MaxValue, 0);
        await Task.WhenAll(killed.RunAsync(), survivor.RunAsync());
        Assert.True(killed.WasKilled);
        using Catalog actual = test.Open();
        Assert.Equal(TestCatalog.Dump(expected), TestCatalog.Dump(actual));
        Assert.False(actual.Leases.HasOpenWork("q"));

        // Fetched twice is only what the killed one had leased and not completed.
        Assert.Equal(Repositories, fetched.Count);
        Assert.True(fetched.Values.Sum() <= Repositories + 5, $"{fetched.Values.Sum()} fetches");
    }

    [Fact]
    public async Task EightCrawlers_fetchEachRepositoryOnce()
    {
        using var test = new TestCatalog("postgres", postgres);
        var fetched = new ConcurrentDictionary<long, int>();
        using var steps = new Barrier(8);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new Crawler(test, fetched, steps, int.MaxValue, 0).RunAsync()));
        Assert.Equal(Repositories, fetched.Count);
        Assert.All(fetched.Values, times => Assert.Equal(1, times));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TwoCrawlers_serverRestarted_leaveTheCatalogOfOneAlone(bool isCrash)
    {
        using var alone = new TestCatalog("postgres", postgres);
        using var noSteps = new Barrier(1);
        await new Crawler(alone, new ConcurrentDictionary<long, int>(), noSteps, int.MaxValue, 0).RunAsync();
        using Catalog expected = alone.Open();

        // A server of their own, which is restarted three times, each time in the middle of a lease.
        using PostgresServer server = PostgresServer.TryStart()!;
        using var test = new TestCatalog(server.CreateDatabase());
        var fetched = new ConcurrentDictionary<long, int>();
        using var steps = new Barrier(2);
        int fetches = 0;
        int restarts = 0;
        Crawler[] crawlers = [.. Enumerable.Range(0, 2).Select(_ => new Crawler(test, fetched, steps, int.MaxValue, 0)
        {
            Reconnections = CatalogConnection.DefaultReconnections,
            OnFetch = () =>
            {
                if (Interlocked.Increment(ref fetches) is 23 or 64 or 101)
                {
                    server.Restart(isCrash, TimeSpan.FromMilliseconds(300));
                    Interlocked.Increment(ref restarts);
                }
            },
        })];
        await Task.WhenAll(crawlers.Select(crawler => crawler.RunAsync()));
        Assert.Equal(3, restarts);
        using Catalog actual = test.Open();
        Assert.Equal(TestCatalog.Dump(expected), TestCatalog.Dump(actual));
        Assert.False(actual.Leases.HasOpenWork("q"));

        // Fetched twice is only what was leased when the server stopped; after a crash, also what it lost of its last moments.
        Assert.Equal(Repositories, fetched.Count);
        Assert.True(isCrash || fetched.Values.Sum() <= Repositories + (3 * 2 * 5), $"{fetched.Values.Sum()} fetches");
    }

    // fetched stands for the shared folder of mirrors. All crawlers go step by step, with some work for each in every step. One that is
    // killed after it has written parts is the first writer; it is killed in the middle of a lease.
    private sealed class Crawler(
        TestCatalog test, ConcurrentDictionary<long, int> fetched, Barrier steps, int afterFetches, int afterParts)
    {
        private int _fetches;
        private int _parts;

        public bool WasKilled { get; private set; }

        /// <summary>None for one that ends with its connection.</summary>
        public int Reconnections { get; init; }

        public Action OnFetch { get; init; } = static () => { };

        public Task RunAsync() =>
            Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        private void Run()
        {
            try
            {
                while (!IsEnded())
                {
                }
            }
            finally
            {
                steps.RemoveParticipant();
            }
        }

        private bool IsEnded()
        {
            using Catalog catalog = test.Open(Reconnections);
            try
            {
                catalog.Leases.AddWork("q", Enumerable.Range(1, Repositories).Select(i => (long)i), CancellationToken.None);
                if (_parts == 0 && _fetches == 0)
                {
                    _ = afterParts > 0 && catalog.Writer.TryAcquire(Lease);
                    steps.SignalAndWait(Patience);
                }

                while (catalog.Leases.HasOpenWork("q") || catalog.Snapshots.LatestNumber(Repositories) == 0)
                {
                    Fetch(catalog);
                    Write(catalog);
                    steps.SignalAndWait(Patience);
                }
            }
            catch (DbException) when (WasKilled)
            {
                // It ends here, as a killed process does.
            }
            catch (DataForgeException) when (Reconnections > 0)
            {
                // While it was disconnected the other took over writing; it is run again, as its message asks for.
                return false;
            }

            return true;
        }

        private void Fetch(Catalog catalog)
        {
            foreach (long repository in catalog.Leases.TryLeaseRepositories("q", 5, Lease))
            {
                fetched.AddOrUpdate(repository, 1, (_, times) => times + 1);
                if (++_fetches > afterFetches && _parts >= afterParts && !WasKilled)
                {
                    WasKilled = true;
                    LeaseTests.Kill(test, catalog);
                }

                OnFetch();
                Assert.True(catalog.Leases.Complete("q", repository, null) || Reconnections > 0);
            }
        }

        // Each part has the same number of repositories, in either crawler, and is written as soon as these are fetched.
        private void Write(Catalog catalog)
        {
            if (!catalog.Writer.TryAcquire(Lease))
            {
                return;
            }

            for (int part = catalog.Parts.NextNumber(); part * PartRepositories < Repositories; part++)
            {
                long[] repositories = [.. Enumerable.Range((part * PartRepositories) + 1, PartRepositories)
                    .Where(repository => repository <= Repositories).Select(repository => (long)repository)];
                if (!repositories.All(repository => catalog.Leases.FindWork("q", repository) is { IsDone: true }))
                {
                    return;
                }

                TestParts.Commit(catalog, part, part * 50, 50, repositories);
                _parts++;
            }
        }
    }
}
