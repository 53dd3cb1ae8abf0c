using System.Diagnostics;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// Measures, where it is asked to, how long the training thread is inside operators. What is left of a step is the managed side's:
/// the loop, the batches, scopes, look-ups, the log.
/// </summary>
internal static class OperatorClock
{
    /// <summary>Whether operators are timed.</summary>
    internal static bool IsOn { get; set; }

    /// <summary>Time inside operators, in <see cref="Stopwatch"/>'s ticks.</summary>
    internal static long Ticks { get; private set; }

    internal static long Start() => IsOn ? Stopwatch.GetTimestamp() : 0;

    internal static void Stop(long start) => Ticks += IsOn ? Stopwatch.GetTimestamp() - start : 0;
}
