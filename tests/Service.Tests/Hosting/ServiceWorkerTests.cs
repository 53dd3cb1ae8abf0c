using System.Diagnostics;
using DataForge.Service.Ledger;

namespace DataForge.Service.Tests.Hosting;

public sealed class ServiceWorkerTests
{
    [Fact]
    public async Task Worker_aDueTime_isRunOnceAndRecorded()
    {
        int builds = 0;
        await using RunningService service = await RunningService.StartAsync(
            build: _ => Task.FromResult<int?>(Interlocked.Increment(ref builds) == 1 ? 0 : 1), cron: "* * * * * *");

        await service.UntilAsync(() => service.History.StateOf("nightly").Times.GetValueOrDefault(DueState.Completed) == 1 && builds > 1);

        Assert.Contains(service.History.Newest(null, long.MaxValue, 100), due => due is { State: DueState.Completed, Attempts: 1 });
    }

    [Fact]
    public async Task Worker_stopped_leavesTheRunToBeRepeated()
    {
        var began = new TaskCompletionSource();
        await using RunningService service = await RunningService.StartAsync(hasToken: true, build: async stop =>
        {
            began.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return 130;
        });
        long id = service.History.RequestStart("nightly");
        await began.Task;
        long start = Stopwatch.GetTimestamp();

        await service.StopAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        DueTime due = service.History.Find(id)!;
        Assert.Equal((DueState.Waiting, "interrupted: the service was stopped"), (due.State, due.Reason));
        Assert.Equal("interrupted", service.History.Attempts(id)[0].Outcome);
    }

    [Fact]
    public async Task Worker_aFaultOfTheServiceItself_isAFailedAttempt()
    {
        await using RunningService service = await RunningService.StartAsync(build: _ => throw new InvalidOperationException("a fault"));
        long id = service.History.RequestStart("nightly");

        await service.UntilAsync(() => service.History.Find(id)!.Failures == 1);

        DueTime due = service.History.Find(id)!;
        Assert.Equal((DueState.Waiting, "attempt 1 failed (it could not be started)"), (due.State, due.Reason));
    }

    [Fact]
    public async Task Worker_aBuildThatWasToldToStop_isRepeatedAndNotAFailure()
    {
        int builds = 0;
        await using RunningService service = await RunningService.StartAsync(
            build: _ => Task.FromResult<int?>(Interlocked.Increment(ref builds) == 1 ? 130 : 0));
        long id = service.History.RequestStart("nightly");

        await service.UntilAsync(() => service.History.Find(id)!.State == DueState.Completed);

        Assert.Equal(["interrupted", "completed"], service.History.Attempts(id).Select(attempt => attempt.Outcome));
        Assert.Equal(0, service.History.Find(id)!.Failures);
    }

    [Fact]
    public async Task Worker_aUserStopsARun_endsItAndResumesOnRequest()
    {
        await using RunningService service = await RunningService.StartAsync(hasToken: true, build: async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return 130;
        });

        Assert.Equal(System.Net.HttpStatusCode.OK, await service.PostAsync("/api/schedules/nightly/start"));
        await service.UntilAsync(() => service.History.Find(1)?.State == DueState.Running);
        Assert.Equal(System.Net.HttpStatusCode.OK, await service.PostAsync("/api/history/1/stop"));
        await service.UntilAsync(() => service.History.Find(1)?.State == DueState.Stopped);
        Assert.Equal(System.Net.HttpStatusCode.Conflict, await service.PostAsync("/api/history/1/stop"));
        Assert.Equal(System.Net.HttpStatusCode.OK, await service.PostAsync("/api/history/1/resume"));
        await service.UntilAsync(() => service.History.Find(1)?.Attempts == 2);
    }
}
