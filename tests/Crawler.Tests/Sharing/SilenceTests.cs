using System.Data.Common;
using DataForge.Crawler.Storage;
using DataForge.Crawler.Tests.Storage;

namespace DataForge.Crawler.Tests.Sharing;

/// <summary>A crawler that hangs in the middle of a transaction.</summary>
public class SilenceTests(PostgresFixture postgres)
{
    [Fact]
    public async Task AddWork_anotherHangsInItsTransaction_goesOnWhenThatIsPutOut()
    {
        using var test = new TestCatalog("postgres", postgres);
        using Catalog hung = test.Open(reconnections: 0);
        using Catalog other = test.Open();
        hung.Workers.LimitIdleTransactions(TimeSpan.FromSeconds(1));
        using var isHanging = new ManualResetEventSlim();
        using var wakeUp = new ManualResetEventSlim();
        Task adding = Task.Run(() => hung.Leases.AddWork("q", Rows(), CancellationToken.None), TestContext.Current.CancellationToken);
        isHanging.Wait(TestContext.Current.CancellationToken);

        // The rows are its own until its transaction ends, by itself or not.
        await Task.Run(() => other.Leases.AddWork("q", [1, 2], CancellationToken.None), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], other.Leases.TryLeaseRepositories("q", 10, TimeSpan.FromMinutes(1)));
        wakeUp.Set();
        await Assert.ThrowsAnyAsync<DbException>(() => adding);

        // More than are sent at a time, then nothing.
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
