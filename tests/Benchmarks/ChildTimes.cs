using System.Runtime.InteropServices;

namespace DataForge.Benchmarks;

/// <summary>Processor time of the processes that this one has started and that have ended.</summary>
internal static partial class ChildTimes
{
    /// <summary>Milliseconds in the programs themselves, and in the system on their behalf.</summary>
    public static (double User, double System) Milliseconds()
    {
        // getrusage(2), RUSAGE_CHILDREN = -1: two timevals begin the struct of 18 longs.
        Span<long> usage = stackalloc long[18];
        _ = GetUsage(-1, ref MemoryMarshal.GetReference(usage));
        return ((usage[0] * 1e3) + (usage[1] / 1e3), (usage[2] * 1e3) + (usage[3] / 1e3));
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, ref long usage);
}
