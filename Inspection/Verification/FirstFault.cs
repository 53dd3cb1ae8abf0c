using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DataForge.Corpus;

namespace DataForge.Inspection.Verification;

/// <summary>Checks things side by side and ends with the fault of the first faulty one in their order, whichever is found first.</summary>
internal static class FirstFault
{
    /// <exception cref="DataForgeException">The fault.</exception>
    public static void ForEach<T>(IReadOnlyList<T> things, CancellationToken cancellation, Action<T> check)
    {
        var faults = new ConcurrentDictionary<long, Exception>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        // Break, unlike Stop, still lets all that come before the faulty one be checked.
        Parallel.For(0, things.Count, options, (i, state) =>
        {
            try
            {
                check(things[i]);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                faults[i] = e;
                state.Break();
            }
        });
        if (!faults.IsEmpty)
        {
            ExceptionDispatchInfo.Throw(faults[faults.Keys.Min()]);
        }
    }

    /// <summary>A fault as the one line that names it.</summary>
    public static DataForgeException Of(string what, string fault) => new($"{what}: {fault}.");
}
