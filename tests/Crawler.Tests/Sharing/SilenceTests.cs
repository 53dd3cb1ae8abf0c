using DataForge.Crawler.Storage;
using DataForge.Crawler.Tests.Storage;

namespace DataForge.Crawler.Tests.Sharing;

/// <summary>A crawler that hangs in the middle of a transaction.</summary>
public class SilenceTests(PostgresFixture postgres)
{
    [Fact]
    public async Task AddWork_anotherHangsInItsTransaction_continuesWhenThatOneIsDisconnected()
    {
        using var test = new TestCatalog("postgres", postgres);
        using Catalog hung = test.Open();
        using Catalog other = test.Open();
        hung.Workers.LimitIdleTransactions(TimeSpan.FromSeconds(1));
        int reconnections = 0;
        hung.Reconnected = _ => reconnections++;
        using var isHanging = new ManualResetEventSlim();
        using var wakeUp = new ManualResetEventSlim();
        Task adding = Task.Run(() => hung.Leases.AddWork("q", Rows(), CancellationToken.None), TestContext.Current.CancellationToken);
        isHanging.Wait(TestContext.Current.CancellationToken);

        // Its transaction has locked the rows until it ends, by itself or not.
        CancellationToken testEnd = TestContext.Current.CancellationToken;
        await Task.Run(() => other.Leases.AddWork("q", [1, 2], CancellationToken.None), testEnd)
            .WaitAsync(TimeSpan.FromSeconds(60), testEnd);
        Assert.Equal([1, 2], other.Leases.TryLeaseRepositories("q", 10, TimeSpan.FromMinutes(1)));

        // When it wakes up it finds its connection lost, whatever exception the provider reports that by, and adds its rows again.
        wakeUp.Set();
        await adding;
        Assert.InRange(reconnections, 1, int.MaxValue);
        Assert.Equal([3, 4], other.Leases.TryLeaseRepositories("q", 2, TimeSpan.FromMinutes(1)));

        // More rows than one batch has, then nothing.
        IEnumerable<long> Rows()
        {
            for (long i = 1; i < 2000; i++)
            {
                yield return i;
            }

            isHanging.Set();
            wakeUp.Wait(TimeSpan.FromMinutes(2));
        }
    }
}
