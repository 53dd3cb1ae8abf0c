using DataForge.Crawler.Fetch;

namespace DataForge.Crawler.Tests.Fetch;

public class TransferLimiterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Run_fixedCount_neverMoreAtATime(int count)
    {
        var gate = new TransferLimiter(count, TimeProvider.System);
        int running = 0;
        int most = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => gate.RunAsync(async () =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Delay(1);
            return Interlocked.Decrement(ref running);
        }, CancellationToken.None)));
        Assert.Equal(count, most);
    }

    [Fact]
    public async Task Run_aCallerThatGivesUp_leavesItsPlace()
    {
        var gate = new TransferLimiter(1, TimeProvider.System);
        var first = new TaskCompletionSource<int>();
        Task<int> holding = gate.RunAsync(() => first.Task, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Task<int> waiting = gate.RunAsync(() => Task.FromResult(2), stop.Token);
        Task<int> third = gate.RunAsync(() => Task.FromResult(3), CancellationToken.None);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.SetResult(1);
        Assert.Equal((1, 3), (await holding, await third));
    }

    [Fact]
    public void Throttle_ownCount_halves()
    {
        var gate = new TransferLimiter(0, TimeProvider.System);
        int before = gate.Count;
        gate.Throttle(TimeSpan.FromMilliseconds(1));
        Assert.Equal(before / 2, gate.Count);
    }

    [Fact]
    public async Task Budget_full_onlyTheNextToBeWrittenGoesOn()
    {
        var budget = new DiskBudget(100);
        budget.Enter(1);
        budget.Enter(2);
        budget.Set(1, 60);
        await budget.WaitAsync(2, CancellationToken.None);
        budget.Set(2, 60);
        budget.Enter(3);
        Task third = budget.WaitAsync(3, CancellationToken.None);
        Assert.False(third.IsCompleted);
        await budget.WaitAsync(1, CancellationToken.None);
        budget.Leave(1);
        await third;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen; seen = target)
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
