using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DataForge.Corpus;

namespace DataForge.Inspection.Verification;

/// <summary>Runs checks in parallel.</summary>
internal static class ParallelChecks
{
    /// <summary>
    /// Checks all items. Where several are faulty, the fault thrown is that of the first item in the list, whichever check ends first.
    /// </summary>
    /// <param name="items">What to check.</param>
    /// <param name="cancellation">Stops the checks.</param>
    /// <param name="check">Checks one item; throws where it is faulty.</param>
    /// <exception cref="DataForgeException">The first fault.</exception>
    public static void ForEach<T>(IReadOnlyList<T> items, CancellationToken cancellation, Action<T> check)
    {
        var faults = new ConcurrentDictionary<long, Exception>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        Parallel.For(0, items.Count, options, (i, state) =>
        {
            try
            {
                check(items[i]);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Break, unlike Stop, still lets all items before this one be checked.
                faults[i] = e;
                state.Break();
            }
        });
        if (!faults.IsEmpty)
        {
            ExceptionDispatchInfo.Throw(faults[faults.Keys.Min()]);
        }
    }
}
