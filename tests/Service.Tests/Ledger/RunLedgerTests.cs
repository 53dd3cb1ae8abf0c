using DataForge.Service.Ledger;
using DataForge.Service.Settings;
using DataForge.Testing;

namespace DataForge.Service.Tests.Ledger;

public sealed class RunLedgerTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 30, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly SimulatedClock _clock = new(Start);
    private readonly SqliteLedger _database;
    private readonly RunLedger _ledger;
    private readonly RunHistory _history;

    public RunLedgerTests()
    {
        _database = SqliteLedger.Open(_folder.Path, _clock, isDurable: false);
        (_ledger, _history) = (new RunLedger(_database, "one", Lease), new RunHistory(_database));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Finish_failures_areRepeatedAfterThePauseAndThenFinal()
    {
        Schedule schedule = Schedules.Hourly(retries: 1);
        Claim first = Due(schedule);
        Assert.True(_ledger.Finish(first, schedule.Options, RunOutcome.Failed, 1, mayRetry: true, null));

        Assert.Empty(Claim(schedule));
        _clock.Now += TimeSpan.FromSeconds(schedule.Options.RetryDelaySeconds);
        Claim second = Assert.Single(Claim(schedule));
        Assert.Equal((first.Due, 2), (second.Due, second.Number));
        Assert.True(_ledger.Finish(second, schedule.Options, RunOutcome.Failed, 1, mayRetry: true, null));

        DueTime due = _history.Find(first.Due)!;
        Assert.Equal((DueState.Failed, "attempt 2 failed (exit code 1)", 2), (due.State, due.Reason, due.Failures));
        Assert.Equal(["failed", "failed"], _history.Attempts(due.Id).Select(attempt => attempt.Outcome));
        Assert.Equal(DueState.Failed, _history.StateOf("hourly").LastState);
    }

    [Fact]
    public void Finish_wrongUse_isNotRepeated()
    {
        Schedule schedule = Schedules.Hourly();
        Claim claim = Due(schedule);

        _ledger.Finish(claim, schedule.Options, RunOutcome.Failed, 2, mayRetry: false, null);

        Assert.Equal(DueState.Failed, _history.Find(claim.Due)!.State);
    }

    [Fact]
    public void Claim_afterACrash_repeatsTheInterruptedRunAtOnce()
    {
        Schedule schedule = Schedules.Hourly();
        Claim lost = Due(schedule);
        var next = new RunLedger(_database, "two", Lease);

        Claim again = Assert.Single(next.Claim([schedule], 9, _ => false, _ => null));

        Assert.Equal((lost.Due, 2), (again.Due, again.Number));
        Assert.False(_ledger.Finish(lost, schedule.Options, RunOutcome.Completed, 0, mayRetry: true, null));
        Assert.Equal(ClaimState.Lost, _ledger.Renew(lost));
        Assert.True(next.Finish(again, schedule.Options, RunOutcome.Completed, 0, mayRetry: true, """{"clean.contents.out":7}"""));
        Assert.Equal(["superseded", "completed"], _history.Attempts(lost.Due).Select(attempt => attempt.Outcome));
        Assert.Equal(1, _history.StateOf("hourly").Times[DueState.Completed]);
    }

    [Fact]
    public void Claim_heldForDiskSpace_waitsAndSaysWhy()
    {
        Schedule schedule = Schedules.Hourly();
        Plan(schedule);

        Assert.Empty(_ledger.Claim([schedule], 9, _ => false, _ => "waits for disk space"));

        DueTime due = Assert.Single(_history.Newest(null, long.MaxValue, 10));
        Assert.Equal((DueState.Waiting, "waits for disk space"), (due.State, due.Reason));
        Assert.Single(Claim(schedule));
    }

    [Fact]
    public void Plan_anEarlierRunWaitsForRetry_skipsTheNextTime()
    {
        Schedule schedule = Schedules.Hourly();
        _ledger.Finish(Due(schedule), schedule.Options, RunOutcome.Failed, 1, mayRetry: true, null);

        _clock.Now = Start.AddHours(1).AddMinutes(30).AddSeconds(1);
        _ledger.Plan([schedule]);

        DueTime skipped = _history.Newest("hourly", long.MaxValue, 1)[0];
        Assert.Equal((DueState.Skipped, "an earlier run of the schedule was not finished"), (skipped.State, skipped.Reason));
    }

    [Fact]
    public void RequestStop_ofAWaitingAndOfARunningRun_endsBoth()
    {
        Schedule schedule = Schedules.Hourly();
        long manual = _history.RequestStart("hourly");
        Assert.Equal(manual, _history.RequestStart("hourly"));
        Assert.True(_history.RequestStop(manual));
        Claim claim = Due(schedule);

        Assert.True(_history.RequestStop(claim.Due));

        Assert.Equal(ClaimState.StopRequested, _ledger.Renew(claim));
        _ledger.Finish(claim, schedule.Options, RunOutcome.Stopped, 130, mayRetry: true, null);
        Assert.Equal(DueState.Stopped, _history.Find(claim.Due)!.State);
        Assert.False(_history.RequestStop(claim.Due));
        Assert.True(_history.Resume(claim.Due));
        Assert.Single(Claim(schedule));
    }

    [Fact]
    public void Prune_removesWhatIsFinishedAndOld()
    {
        Schedule schedule = Schedules.Hourly();
        Claim claim = Due(schedule);
        _ledger.Finish(claim, schedule.Options, RunOutcome.Completed, 0, mayRetry: true, null);
        _clock.Now += TimeSpan.FromDays(8);
        Plan(schedule);

        _history.Prune(TimeSpan.FromDays(7));

        Assert.Null(_history.Find(claim.Due));
        Assert.Empty(_history.Attempts(claim.Due));
        Assert.All(_history.Newest(null, long.MaxValue, 100), due => Assert.True(due.EndedAt is null || due.EndedAt == _clock.Now));
    }

    [Fact]
    public void Open_aSecondInstance_isRefused()
    {
        var fault = Assert.Throws<Corpus.DataForgeException>(() => SqliteLedger.Open(_folder.Path, _clock));

        Assert.Contains("another instance uses", fault.Message, StringComparison.Ordinal);
    }

    private void Plan(Schedule schedule)
    {
        _ledger.Plan([schedule]);
        _clock.Now = Start.AddMinutes(30).AddSeconds(1) > _clock.Now ? Start.AddMinutes(30).AddSeconds(1) : _clock.Now;
        _ledger.Plan([schedule]);
    }

    private IReadOnlyList<Claim> Claim(Schedule schedule) => _ledger.Claim([schedule], 9, _ => false, _ => null);

    private Claim Due(Schedule schedule)
    {
        Plan(schedule);
        return Assert.Single(Claim(schedule));
    }
}
