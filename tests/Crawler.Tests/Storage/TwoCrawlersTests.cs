using System.Collections.Concurrent;
using System.Data.Common;
using DataForge.Corpus;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Tests.Storage;

/// <summary>
/// Crawlers that share a PostgreSQL catalog, reduced to what they do to it: they lease repositories and bring them, and one of them writes
/// parts in the order of the numbers.
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
        Assert.False(actual.HasOpenWork("q"));

        // Twice fetched is only what the killed one had leased and not completed.
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

    // fetched stands for the shared folder of mirrors. All go step by step, each step with some work for each. One that is to be killed
    // after it has written parts is the first writer; it is killed in the midst of a lease.
    private sealed class Crawler(
        TestCatalog test, ConcurrentDictionary<long, int> fetched, Barrier steps, int afterFetches, int afterParts)
    {
        private int _fetches;
        private int _parts;

        public bool WasKilled { get; private set; }

        public Task RunAsync() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        private void Run()
        {
            using Catalog catalog = test.Open();
            try
            {
                catalog.AddWork("q", Enumerable.Range(1, Repositories).Select(i => (long)i), CancellationToken.None);
                _ = afterParts > 0 && catalog.TryBecomeWriter(Lease);
                steps.SignalAndWait(Patience);
                while (catalog.HasOpenWork("q") || catalog.LatestSnapshot(Repositories) == 0)
                {
                    Fetch(catalog);
                    Write(catalog);
                    steps.SignalAndWait(Patience);
                }
            }
            catch (DbException) when (WasKilled)
            {
                // As a killed process would, it ends here.
            }
            finally
            {
                steps.RemoveParticipant();
            }
        }

        private void Fetch(Catalog catalog)
        {
            foreach (long repository in catalog.TryLeaseRepositories("q", 5, Lease))
            {
                fetched.AddOrUpdate(repository, 1, (_, times) => times + 1);
                if (++_fetches > afterFetches && _parts >= afterParts && !WasKilled)
                {
                    WasKilled = true;
                    LeaseTests.Kill(test, catalog);
                }

                Assert.True(catalog.Complete("q", repository, null));
            }
        }

        // Parts hold so many repositories each, whoever writes them, and are written as soon as these are fetched.
        private void Write(Catalog catalog)
        {
            if (!catalog.TryBecomeWriter(Lease))
            {
                return;
            }

            for (int part = catalog.NextPart; part * PartRepositories < Repositories; part++)
            {
                long[] repositories = [.. Enumerable.Range((part * PartRepositories) + 1, PartRepositories)
                    .Where(repository => repository <= Repositories).Select(repository => (long)repository)];
                if (!repositories.All(repository => catalog.FindWork("q", repository) is { IsDone: true }))
                {
                    return;
                }

                TestParts.Commit(catalog, part, part * 50, 50, repositories);
                _parts++;
            }
        }
    }
}
