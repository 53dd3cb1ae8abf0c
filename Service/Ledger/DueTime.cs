namespace DataForge.Service.Ledger;

/// <summary>What became of a time at which a schedule was due.</summary>
internal enum DueState
{
    /// <summary>Its run has not begun, or is to be repeated.</summary>
    Waiting,

    /// <summary>Its run is going on.</summary>
    Running,

    /// <summary>Its run is complete.</summary>
    Completed,

    /// <summary>Its run failed, the repetitions too.</summary>
    Failed,

    /// <summary>It has no run, for the reason stated.</summary>
    Skipped,

    /// <summary>A user stopped its run.</summary>
    Stopped,
}

/// <summary>A time at which a schedule was due, or a number of them that were skipped together. It holds nothing of a repository.</summary>
/// <param name="Id">Its number, ascending in the order of recording.</param>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="Kind"><c>schedule</c>, or <c>manual</c> where a user asked for the run.</param>
/// <param name="DueAt">The time.</param>
/// <param name="ThroughAt">The last of the times that are skipped together.</param>
/// <param name="Times">How many times these are; 1 otherwise.</param>
/// <param name="State">What became of it.</param>
/// <param name="Reason">Why it waits, was skipped or failed.</param>
/// <param name="Attempts">How often its run was begun.</param>
/// <param name="Failures">How many of these failed.</param>
/// <param name="EndedAt">When its last state was reached; null while it waits or runs.</param>
internal sealed record DueTime(
    long Id, string Schedule, string Kind, DateTimeOffset DueAt, DateTimeOffset ThroughAt, long Times, DueState State, string? Reason,
    long Attempts, long Failures, DateTimeOffset? EndedAt);

/// <summary>One execution of a run.</summary>
/// <param name="Number">Its number among those of its due time, from 1.</param>
/// <param name="Instance">The instance that carried it out.</param>
/// <param name="Run">The run's name.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended; null while it is going on.</param>
/// <param name="Outcome">
/// <c>completed</c>, <c>failed</c>, <c>interrupted</c>, <c>stopped</c> or <c>superseded</c>; null while it is going on.
/// </param>
/// <param name="ExitCode">The exit code of the build.</param>
/// <param name="Counts">Counts of the run after it, a JSON object.</param>
internal sealed record Attempt(
    long Number, string Instance, string Run, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Outcome, long? ExitCode,
    string? Counts);

/// <summary>The right to carry out the run of a due time, until its lease ends.</summary>
/// <param name="Due">The due time's number.</param>
/// <param name="AttemptId">The attempt's number, by which an outdated claim is recognised.</param>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="DueAt">The time.</param>
/// <param name="Number">Its number among those of its due time, from 1.</param>
/// <param name="Run">The run's name.</param>
internal sealed record Claim(long Due, long AttemptId, string Schedule, DateTimeOffset DueAt, long Number, string Run);

/// <summary>What a claim is worth.</summary>
internal enum ClaimState
{
    /// <summary>The run may go on.</summary>
    Held,

    /// <summary>Another instance has taken it over: the run must end at once.</summary>
    Lost,

    /// <summary>A user asked to stop the run.</summary>
    StopRequested,
}

/// <summary>How a run ended.</summary>
internal enum RunOutcome
{
    /// <summary>It is complete.</summary>
    Completed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>The service was stopped; the run is to be repeated.</summary>
    Interrupted,

    /// <summary>A user stopped it.</summary>
    Stopped,
}
