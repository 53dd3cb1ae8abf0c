using DataForge.Crawler.Fetch;
using DataForge.Crawler.Tests.GitHub;

namespace DataForge.Crawler.Tests.Fetch;

[Collection(SimulatedTime.Name)]
public class FetchQuotaTests
{
    [Fact]
    public async Task PauseAsync_anHour_isNoTimeOfTheRepository()
    {
        using var time = new TestTime();
        var quota = new FetchQuota(new CrawlOptions { FetchTimeoutSeconds = 10 }, time);
        bool isDone = await quota.RunAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(8), time);
            await quota.PauseAsync(async () =>
            {
                await Task.Delay(TimeSpan.FromHours(1), time);
                return true;
            });
            Assert.False(quota.Timeout.IsCancellationRequested);
            await Task.Delay(TimeSpan.FromSeconds(1), time);
            return !quota.Timeout.IsCancellationRequested;
        });
        Assert.True(isDone);

        // One second is left.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quota.RunAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5), time, quota.Timeout);
            return true;
        }));
        await Assert.ThrowsAsync<FetchException>(() => quota.RunAsync(() => Task.FromResult(true)));
    }
}
