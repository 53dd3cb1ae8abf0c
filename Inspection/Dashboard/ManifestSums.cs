using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Dashboard;

/// <summary>
/// The sums of a run's counts by stage, updated while the run is active: only new or rewritten entries are read. Not thread-safe.
/// </summary>
/// <param name="runFolder">The run's folder.</param>
internal sealed class ManifestSums(string runFolder)
{
    // A folder that changed within this time may change again without a new time, as clocks of file systems are coarse.
    private static readonly TimeSpan Unsure = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Stage> _stages = new(StringComparer.Ordinal);

    /// <summary>The sums over a stage's entries.</summary>
    public CountTable Totals(string stage) => Update(stage).Totals;

    /// <summary>A number that changes when a stage's entries do.</summary>
    public int Version(string stage) => Update(stage).Version;

    private Stage Update(string stage)
    {
        if (!_stages.TryGetValue(stage, out Stage? known))
        {
            _stages[stage] = known = new Stage();
        }

        var folder = new DirectoryInfo(Path.Combine(runFolder, RunPaths.Manifest, stage));
        if (!folder.Exists)
        {
            known.Version += known.Entries.Count > 0 ? 1 : 0;
            known.Entries.Clear();
            known.Totals = new CountTable();
        }
        else if (known.Written is null || folder.LastWriteTimeUtc != known.Written)
        {
            DateTime written = folder.LastWriteTimeUtc;
            Read(folder, known);
            known.Written = DateTime.UtcNow - written > Unsure ? written : null;
        }

        return known;
    }

    private static void Read(DirectoryInfo folder, Stage known)
    {
        FileInfo[] files = folder.GetFiles("*.json");
        var names = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        bool isChanged = false;
        foreach (string gone in known.Entries.Keys.Where(name => !names.Contains(name)).ToArray())
        {
            known.Entries.Remove(gone);
            isChanged = true;
        }

        foreach (FileInfo file in files)
        {
            if (!known.Entries.TryGetValue(file.Name, out Entry? entry)
                || entry.Written != file.LastWriteTimeUtc || entry.Bytes != file.Length)
            {
                CountTable counts = CanonicalJson.Read<ManifestEntry>(file.FullName).Counts;
                known.Entries[file.Name] = new Entry(file.LastWriteTimeUtc, file.Length, counts);
                isChanged = true;
            }
        }

        if (!isChanged)
        {
            return;
        }

        known.Version++;
        var totals = new CountTable();
        foreach (Entry entry in known.Entries.Values)
        {
            totals.Add(entry.Counts);
        }

        known.Totals = totals;
    }

    private sealed record Entry(DateTime Written, long Bytes, CountTable Counts);

    private sealed class Stage
    {
        internal Dictionary<string, Entry> Entries { get; } = new(StringComparer.Ordinal);

        // The time of the folder when it was read; null if it may have changed since without a new time.
        internal DateTime? Written { get; set; }

        internal int Version { get; set; }

        internal CountTable Totals { get; set; } = new();
    }
}
