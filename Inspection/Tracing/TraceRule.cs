namespace DataForge.Inspection.Tracing;

/// <summary>
/// When a training file is named as a source of a snippet. Two programmers who never met share idioms of a dozen tokens
/// (<c>def __init__(self, *args, **kwargs):</c> is 15); what is copied is shared in long runs.
/// </summary>
internal static class TraceRule
{
    /// <summary>Tokens of the windows that are looked up. Shorter than any run that counts, so that a run is never missed.</summary>
    public const int Window = 8;

    /// <summary>The fewest tokens that a shared run must have.</summary>
    public const int LeastRun = 24;

    /// <summary>The fewest different tokens in that run: a table of zeros has no author.</summary>
    public const int LeastDistinct = 10;

    /// <summary>The share of the snippet's tokens that lies in shared windows, from which a run of <see cref="LeastRun"/> suffices.</summary>
    public const double LeastCovered = 0.6;

    /// <summary>A run that suffices by itself, whatever else is in the snippet.</summary>
    public const int LongRun = 60;

    /// <summary>
    /// What files of more repositories than this hold is common text, such as a licence's notice: it has no source to name. Files that
    /// are copies of each other do not count towards it, since the dataset has one of them only.
    /// </summary>
    public const int CommonRepositories = 5;

    /// <summary>
    /// The part of a named source's run that another file's run over the same tokens must have to be named too: files that share less of
    /// what a closer one has whole are its relatives, not the source.
    /// </summary>
    public const double LeastShareOfBest = 0.75;

    /// <summary>Whether a file with this longest run and share is a source.</summary>
    public static bool Names(int run, double covered) => run >= LongRun || (run >= LeastRun && covered >= LeastCovered);

    /// <summary>Of the files close to a snippet, best first, those that are named: each is nearly as close as any named before it, or is close to another piece.</summary>
    public static List<TraceSource> Choose(IReadOnlyList<TraceSource> close, int most)
    {
        var chosen = new List<TraceSource>();
        foreach (TraceSource source in close)
        {
            if (chosen.Count < most && chosen.All(better => source.LongestRun >= LeastShareOfBest * better.LongestRun || 2 * Overlap(source, better) < source.LongestRun))
            {
                chosen.Add(source);
            }
        }

        return chosen;
    }

    private static int Overlap(TraceSource one, TraceSource other) =>
        Math.Min(one.FirstToken + one.LongestRun, other.FirstToken + other.LongestRun) - Math.Max(one.FirstToken, other.FirstToken);
}
