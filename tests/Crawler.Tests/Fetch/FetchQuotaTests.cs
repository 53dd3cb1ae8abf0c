using DataForge.Crawler.Fetch;
using DataForge.Crawler.Tests.GitHub;

namespace DataForge.Crawler.Tests.Fetch;

[Collection(SimulatedTime.Name)]
public class FetchQuotaTests
{
    [Fact]
    public async Task OutsideAsync_anHour_isNoTimeOfTheRepository()
    {
        using var time = new TestTime();
        var quota = new FetchQuota(new CrawlOptions { FetchTimeoutSeconds = 10 }, time);
        bool isDone = await quota.DuringAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(8), time);
            await quota.OutsideAsync(async () =>
            {
                await Task.Delay(TimeSpan.FromHours(1), time);
                return true;
            });
            Assert.False(quota.Patience.IsCancellationRequested);
            await Task.Delay(TimeSpan.FromSeconds(1), time);
            return !quota.Patience.IsCancellationRequested;
        });
        Assert.True(isDone);

        // One second is left.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quota.DuringAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5), time, quota.Patience);
            return true;
        }));
        await Assert.ThrowsAsync<FetchException>(() => quota.DuringAsync(() => Task.FromResult(true)));
    }
}
