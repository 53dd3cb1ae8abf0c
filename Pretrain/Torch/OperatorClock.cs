using System.Diagnostics;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// Measures, where switched on, the time spent inside operators. The rest of a step is the managed code's: the loop, batches, scopes, the
/// log. For tests; it counts one thread's time only.
/// </summary>
internal static class OperatorClock
{
    /// <summary>Whether operators are timed.</summary>
    internal static bool IsOn { get; set; }

    /// <summary>Time inside operators, in ticks of <see cref="Stopwatch"/>.</summary>
    internal static long Ticks { get; private set; }

    /// <summary>To be called before an operator; its result belongs to <see cref="Stop"/>.</summary>
    internal static long Start() => IsOn ? Stopwatch.GetTimestamp() : 0;

    /// <summary>To be called after the operator.</summary>
    internal static void Stop(long start) => Ticks += IsOn ? Stopwatch.GetTimestamp() - start : 0;
}
