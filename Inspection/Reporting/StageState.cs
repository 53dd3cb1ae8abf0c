using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Reporting;

/// <summary>How far a stage of a run is.</summary>
internal enum Progress
{
    /// <summary>The run has no part of it.</summary>
    None,

    /// <summary>It began and has not ended: it is under way, or was interrupted.</summary>
    Begun,

    /// <summary>It ended well.</summary>
    Done,
}

/// <summary>A stage of a run, and how far it is: from the events, or, where these are gone, from the manifest.</summary>
internal sealed record StageState(string Stage, Progress Progress)
{
    /// <summary>The stages before the report, in order.</summary>
    public static IReadOnlyList<StageState> Of(Run run, IEnumerable<Event> events)
    {
        var told = new Dictionary<string, Progress>(StringComparer.Ordinal);
        foreach (Event happened in events)
        {
            if (happened is StageStarted started)
            {
                told[started.Stage] = Progress.Begun;
            }
            else if (happened is StageFinished finished)
            {
                told[finished.Stage] = Progress.Done;
            }
        }

        return [.. StageNames.All.Where(name => name != "report").Select(name => new StageState(
            name, told.TryGetValue(name, out Progress progress) ? progress : run.Manifest.Entries(name).Count > 0 ? Progress.Done : Progress.None))];
    }
}
