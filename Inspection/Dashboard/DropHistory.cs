using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Dashboard;

/// <summary>What each rule dropped in one run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Occurrences">Occurrences that the run read.</param>
/// <param name="Dropped">Occurrences dropped, by rule.</param>
internal sealed record RunDrops(ListedRun Run, long Occurrences, IReadOnlyDictionary<string, long> Dropped);

/// <summary>What the rules dropped in the latest runs. The manifests of a run are read once for each of its states. Thread-safe.</summary>
internal sealed class DropHistory
{
    /// <summary>Runs that are shown.</summary>
    public const int MostRuns = 30;

    // Runs without files, such as those that only train, are passed over; so many are looked at.
    private const int MostLookedAt = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Stamp, RunDrops? Drops)> _known = new(StringComparer.Ordinal);

    /// <summary>The latest runs that dropped files or read some, the oldest of them first.</summary>
    public IReadOnlyList<RunDrops> Of(IReadOnlyList<ListedRun> latestFirst)
    {
        RunDrops[] runs = [.. latestFirst.Take(MostLookedAt).Select(Read).OfType<RunDrops>().Take(MostRuns)];
        return [.. runs.Reverse()];
    }

    private RunDrops? Read(ListedRun run)
    {
        lock (_lock)
        {
            try
            {
                string stamp = RunStamp.Of(run.Folder);
                if (_known.TryGetValue(run.Folder, out (string Stamp, RunDrops? Drops) known) && known.Stamp == stamp)
                {
                    return known.Drops is { } drops ? drops with { Run = run } : null;
                }

                if (_known.Count > 2 * MostLookedAt)
                {
                    _known.Clear();
                }

                RunDrops? read = Sum(run);
                _known[run.Folder] = (stamp, read);
                return read;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DataForgeException)
            {
                return null;
            }
        }
    }

    private static RunDrops? Sum(ListedRun run)
    {
        var sums = new ManifestSums(run.Folder);
        CountTable clean = sums.Totals(StageNames.Clean);
        var dropped = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((string rule, long count) in clean.Of(CountName.Dropped).Concat(sums.Totals(StageNames.Dedup).Of(CountName.Dropped)))
        {
            dropped[rule] = dropped.GetValueOrDefault(rule) + count;
        }

        return clean[CountName.OccurrencesIn] > 0 ? new RunDrops(run, clean[CountName.OccurrencesIn], dropped) : null;
    }
}
