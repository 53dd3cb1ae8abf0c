using System.Diagnostics;
using DataForge.Service.Ledger;

namespace DataForge.Service.Hosting;

/// <summary>A run that this instance carries out, and why it is to end before its own end.</summary>
/// <param name="claim">The due time.</param>
internal sealed class RunningBuild(Claim claim) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private long _renewed = Stopwatch.GetTimestamp();

    /// <summary>The due time.</summary>
    public Claim Claim => claim;

    /// <summary>Ends with the run.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    /// <summary>Asks the run to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Ends the run at once.</summary>
    public CancellationToken Kill => _kill.Token;

    /// <summary>How the run ended, where it was stopped; null where nobody stopped it.</summary>
    public RunOutcome? OutcomeOfStop { get; private set; }

    /// <summary>The time since the lease was prolonged.</summary>
    public TimeSpan SinceRenewed => Stopwatch.GetElapsedTime(_renewed);

    /// <summary>The lease was prolonged.</summary>
    public void Renewed() => _renewed = Stopwatch.GetTimestamp();

    /// <summary>A user asked to stop it.</summary>
    public void StopForUser() => StopWith(RunOutcome.Stopped);

    /// <summary>The service is being stopped.</summary>
    public void StopForService() => StopWith(RunOutcome.Interrupted);

    /// <summary>It did not stop in time.</summary>
    public void KillNow() => Cancel(_kill);

    /// <summary>Another instance has it, or may have it.</summary>
    public void Lose()
    {
        OutcomeOfStop ??= RunOutcome.Interrupted;
        KillNow();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _kill.Dispose();
    }

    private void StopWith(RunOutcome outcome)
    {
        OutcomeOfStop ??= outcome;
        Cancel(_stop);
    }

    // The run may end, and be disposed, at this moment.
    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }
}
