using System.Collections.Concurrent;
using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Service.Jobs;
using DataForge.Service.Ledger;
using DataForge.Service.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataForge.Service.Hosting;

/// <summary>Looks at the schedules every second, and carries out the runs that are due.</summary>
/// <param name="options">The service's options.</param>
/// <param name="schedules">The schedules.</param>
/// <param name="ledger">What became of each due time.</param>
/// <param name="history">The same, to be asked.</param>
/// <param name="build">Carries out a run.</param>
/// <param name="health">Learns that the schedules are looked at.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class ServiceWorker(
    ServiceOptions options, IReadOnlyList<Schedule> schedules, RunLedger ledger, RunHistory history, IBuild build, ServiceHealth health,
    TimeProvider time, ILogger<ServiceWorker> logger) : BackgroundService
{
    /// <summary>A run belongs to an instance that is not heard of for this long; then another one takes it over.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Heartbeat = Lease / 15;
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<long, RunningBuild> _running = new();
    private DateTime _nextPrune = DateTime.MinValue;

    /// <summary>How many runs are going on.</summary>
    public int Running => _running.Count;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Returns to the host at once: the first round may wait for a database.
        await Task.Yield();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                Look();
                await Task.Delay(Round, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The runs are stopped below.
        }

        await StopRunsAsync().ConfigureAwait(false);
    }

    private void Look()
    {
        try
        {
            Renew();
            ledger.Plan(schedules);
            int free = options.ParallelRuns - _running.Count;
            if (free > 0)
            {
                foreach (Claim claim in ledger.Claim(
                    schedules, free, _running.ContainsKey, static schedule => DiskSpace.Shortage(schedule.Options)))
                {
                    Start(claim);
                }
            }

            Prune();
            health.Report(null);
        }
        catch (LedgerException e)
        {
            // The database may come back; runs go on as long as their lease does.
            if (health.Fault != e.Message)
            {
                logger.LedgerUnavailable(e.Message);
            }

            health.Report(e.Message);
        }
    }

    private void Renew()
    {
        foreach (RunningBuild running in _running.Values.Where(running => running.SinceRenewed > Heartbeat))
        {
            try
            {
                switch (ledger.Renew(running.Claim))
                {
                    case ClaimState.Held:
                        running.Renewed();
                        break;
                    case ClaimState.StopRequested:
                        running.Renewed();
                        running.StopForUser();
                        break;
                    default:
                        running.Lose();
                        break;
                }
            }
            catch (LedgerException) when (running.SinceRenewed > Lease)
            {
                // By now another instance may have taken it over.
                running.Lose();
                throw;
            }
        }
    }

    // While the service stops, its runs still belong to it.
    private void KeepLeases()
    {
        try
        {
            Renew();
            health.Report("the service is stopping");
        }
        catch (LedgerException e)
        {
            health.Report(e.Message);
        }
    }

    private void Start(Claim claim)
    {
        var running = new RunningBuild(claim);
        _running[claim.AttemptId] = running;
        running.Ended = CarryOutAsync(schedules.Single(schedule => schedule.Options.Name == claim.Schedule), running);
    }

    private async Task CarryOutAsync(Schedule schedule, RunningBuild running)
    {
        try
        {
            await BuildAsync(schedule, running).ConfigureAwait(false);
        }
        finally
        {
            // Only now may the next run of the schedule begin here.
            _running.TryRemove(running.Claim.AttemptId, out _);
            running.Dispose();
        }
    }

    private async Task BuildAsync(Schedule schedule, RunningBuild running)
    {
        Claim claim = running.Claim;
        logger.AttemptStarted(claim.Schedule, claim.Run, claim.DueAt, claim.Number);
        int? exitCode = null;
        try
        {
            exitCode = await Task.Run(() => build.RunAsync(schedule, claim, running.Stop, running.Kill)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it is, it is a failed attempt, and not a run that never ends.
            logger.BuildNotStarted(e.Message);
        }

        (RunOutcome outcome, string? counts) = exitCode == 0
            ? (RunOutcome.Completed, RunCounts.Of(schedule.Options.Workspace, claim.Run))
            : (running.OutcomeOfStop ?? (exitCode == DataForgeException.Interrupted ? RunOutcome.Interrupted : RunOutcome.Failed), null);
        bool isHeld = await FinishAsync(schedule.Options, running, outcome, exitCode, counts).ConfigureAwait(false);
        if (!isHeld)
        {
            logger.AttemptLost(claim.Schedule, claim.Run);
        }
        else if (outcome == RunOutcome.Failed)
        {
            logger.AttemptFailed(claim.Schedule, claim.Run, claim.DueAt, exitCode);
        }
        else
        {
            logger.AttemptEnded(claim.Schedule, claim.Run, claim.DueAt, outcome.ToString().ToLowerInvariant());
        }

        if (isHeld && outcome == RunOutcome.Completed)
        {
            RemoveOldRuns(schedule.Options);
        }
    }

    // A database that is away is waited for as long as the lease lasts; after it the run is repeated, which finds everything done.
    private async Task<bool> FinishAsync(
        ScheduleOptions schedule, RunningBuild running, RunOutcome outcome, int? exitCode, string? counts)
    {
        while (true)
        {
            try
            {
                bool mayRetry = exitCode != DataForgeException.WrongUse;
                return ledger.Finish(running.Claim, schedule, outcome, exitCode, mayRetry, counts);
            }
            catch (LedgerException) when (running.SinceRenewed < Lease)
            {
                await Task.Delay(Round).ConfigureAwait(false);
            }
            catch (LedgerException e)
            {
                logger.LedgerUnavailable(e.Message);
                return false;
            }
        }
    }

    private async Task StopRunsAsync()
    {
        RunningBuild[] running = [.. _running.Values];
        foreach (RunningBuild one in running)
        {
            one.StopForService();
        }

        Task ended = Task.WhenAll(running.Select(one => one.Ended));
        long begun = Stopwatch.GetTimestamp();
        while (!ended.IsCompleted && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(options.StopSeconds))
        {
            await Task.WhenAny(ended, Task.Delay(Round)).ConfigureAwait(false);
            KeepLeases();
        }

        foreach (RunningBuild one in running.Where(one => !one.Ended.IsCompleted))
        {
            logger.AttemptKilled(one.Claim.Schedule);
            one.KillNow();
        }

        await ended.ConfigureAwait(false);
        logger.ServiceStopped();
    }

    private void RemoveOldRuns(ScheduleOptions schedule)
    {
        try
        {
            foreach (string name in RunRetention.Apply(schedule, history.RunsOf(schedule.Name)))
            {
                logger.RunRemoved(schedule.Name, name);
            }
        }
        catch (Exception e)
        {
            // The next run tries again.
            logger.RunsNotRemoved(schedule.Name, e.Message);
        }
    }

    private void Prune()
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        if (now >= _nextPrune || now < _nextPrune - PruneInterval)
        {
            _nextPrune = now + PruneInterval;
            history.Prune(TimeSpan.FromDays(options.KeepHistoryDays));
        }
    }
}
