using DataForge.Service.Ledger;
using DataForge.Service.Settings;

namespace DataForge.Service.Tests.Ledger;

/// <summary>A service whose runs take simulated time. It crashes, restarts and fails as the test asks.</summary>
internal sealed class SimulatedService(LedgerDatabase database, SimulatedClock clock, IReadOnlyList<Schedule> schedules)
{
    private readonly Dictionary<long, (Claim Claim, DateTimeOffset EndsAt)> _running = [];
    private int _instances = 1;
    private int _ticks;
    private RunLedger _ledger = new(database, "instance 1", TimeSpan.FromSeconds(30));

    public int Running => _running.Count;

    public List<string> Faults { get; } = [];

    /// <summary>What the service does every second.</summary>
    public void Tick(Func<TimeSpan> duration, Func<RunOutcome> outcome)
    {
        foreach ((Claim claim, DateTimeOffset endsAt) in _running.Values.Where(run => run.EndsAt <= clock.Now).ToList())
        {
            _running.Remove(claim.AttemptId);
            RunOutcome ended = outcome();
            if (!_ledger.Finish(claim, Options(claim), ended, ended == RunOutcome.Completed ? 0 : 1, mayRetry: true, counts: null))
            {
                Faults.Add($"{claim} was taken over, though nobody else is there");
            }
        }

        _ledger.Plan(schedules);
        foreach (Claim claim in _ledger.Claim(schedules, schedules.Count, _running.ContainsKey, _ => null))
        {
            if (_running.Values.Any(run => run.Claim.Schedule == claim.Schedule))
            {
                Faults.Add($"{claim} begins while another run of the schedule is going on");
            }

            _running[claim.AttemptId] = (claim, clock.Now + duration());
        }

        foreach ((Claim claim, _) in _running.Values.Where(_ => ++_ticks % 10 == 0))
        {
            if (_ledger.Renew(claim) != ClaimState.Held)
            {
                Faults.Add($"{claim} is lost");
            }
        }
    }

    /// <summary>A crash: what is going on is lost, and the next instance has another name.</summary>
    public void Restart(bool isGraceful)
    {
        foreach ((Claim claim, _) in _running.Values.Where(_ => isGraceful))
        {
            _ledger.Finish(claim, Options(claim), RunOutcome.Interrupted, 130, mayRetry: true, counts: null);
        }

        _running.Clear();
        _ledger = new RunLedger(database, $"instance {++_instances}", TimeSpan.FromSeconds(30));
    }

    private ScheduleOptions Options(Claim claim) => schedules.Single(schedule => schedule.Options.Name == claim.Schedule).Options;
}
