using System.Diagnostics;

namespace DataForge.Forge.Tests;

public sealed class SimulatedClockTests
{
    [Fact]
    public async Task Delay_of_hours_passes_at_once()
    {
        using var clock = new SimulatedClock(DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(5));
        long begun = Stopwatch.GetTimestamp();

        for (int i = 0; i < 3; i++)
        {
            await Task.Delay(TimeSpan.FromHours(1), clock);
        }

        Assert.Equal(DateTimeOffset.UnixEpoch.AddHours(3), clock.GetUtcNow());
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Jump_request_under_way_waits_for_it()
    {
        using var clock = new SimulatedClock(DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(5));
        clock.Begin();
        Task delay = Task.Delay(TimeSpan.FromSeconds(1), clock);
        await Task.Delay(100);
        Assert.False(delay.IsCompleted);
        clock.End();
        await delay;
    }

    [Fact]
    public async Task Timers_fire_in_their_order()
    {
        using var clock = new SimulatedClock(DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(5));
        Task<DateTimeOffset>[] ends = [.. new[] { 30, 10, 20 }.Select(async seconds =>
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), clock);
            return clock.GetUtcNow();
        })];
        DateTimeOffset[] times = await Task.WhenAll(ends);
        Assert.Equal([30, 10, 20], times.Select(time => (int)(time - DateTimeOffset.UnixEpoch).TotalSeconds));
    }
}
