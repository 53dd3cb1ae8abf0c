namespace DataForge.Inspection.Tracing;

/// <summary>
/// Decides when a training file is named as a source of a snippet. Programmers who never saw each other's code share idioms of a dozen
/// tokens
/// (<c>def __init__(self, *args, **kwargs):</c> has 15), but not long runs of tokens; copied code does. The numbers were chosen so that
/// code cut out of
/// the dataset is found and code from elsewhere is not: TraceTests asserts at most 5 of 100 missed and at most 2 named wrongly.
/// </summary>
internal static class SourceRule
{
    /// <summary>Tokens of the windows that are looked up. Fewer than in any run that counts (<see cref="MinRun"/>), so that no run is
    /// missed.</summary>
    public const int Window = 8;

    /// <summary>The fewest tokens of a shared run.</summary>
    public const int MinRun = 24;

    /// <summary>The fewest different tokens in that run: a table of zeros has no author.</summary>
    public const int MinDistinct = 10;

    /// <summary>The share of the snippet's tokens in shared windows, 0 to 1, from which a run of <see cref="MinRun"/> suffices.</summary>
    public const double MinCovered = 0.6;

    /// <summary>Tokens of a run that is sufficient alone, whatever else the snippet contains.</summary>
    public const int LongRun = 60;

    /// <summary>
    /// What files of more repositories than this contain is common text, such as a licence notice: no source is named. Duplicate files
    /// do not add to the number, since the dataset has one of them only.
    /// </summary>
    public const int CommonRepositories = 5;

    /// <summary>
    /// A file is named after a closer one over the same tokens only if its run has at least this share of the closer file's run. A file
    /// that shares less is related to the source, but is not the source.
    /// </summary>
    public const double MinShareOfBest = 0.75;

    /// <summary>Whether a file with this longest run (in tokens) and this covered share (0 to 1) is a source.</summary>
    public static bool IsSource(int run, double covered) => run >= LongRun || (run >= MinRun && covered >= MinCovered);

    /// <summary>
    /// Of the files close to a snippet, best first, selects those to name: a file is named if it is nearly as close as every file named
    /// before it, or close to another part of the snippet.
    /// </summary>
    public static List<TraceSource> Select(IReadOnlyList<TraceSource> close, int max)
    {
        var selected = new List<TraceSource>();
        foreach (TraceSource source in close)
        {
            if (selected.Count < max && selected.All(better => IsNearlyAsClose(source, better) || IsOfAnotherPart(source, better)))
            {
                selected.Add(source);
            }
        }

        return selected;
    }

    private static bool IsNearlyAsClose(TraceSource source, TraceSource better) => source.LongestRun >= MinShareOfBest * better.LongestRun;

    private static bool IsOfAnotherPart(TraceSource source, TraceSource better) => 2 * Overlap(source, better) < source.LongestRun;

    private static int Overlap(TraceSource one, TraceSource other) =>
        Math.Min(one.FirstToken + one.LongestRun, other.FirstToken + other.LongestRun) - Math.Max(one.FirstToken, other.FirstToken);
}
