using DataForge.Service.Ledger;

namespace DataForge.Service.Jobs;

/// <summary>Carries out the run of a due time.</summary>
internal interface IBuild
{
    /// <summary>Builds, until it ends by itself or is stopped.</summary>
    /// <param name="schedule">What to build.</param>
    /// <param name="claim">The due time.</param>
    /// <param name="stop">Asks the build to stop soon, in a state from which it can be continued.</param>
    /// <param name="kill">Ends it at once.</param>
    /// <returns>Its exit code; null where it could not be started.</returns>
    Task<int?> RunAsync(Schedule schedule, Claim claim, CancellationToken stop, CancellationToken kill);
}
