using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Reporting;

/// <summary>How far a stage of a run has got. The names are part of the report's input hash.</summary>
internal enum Progress
{
    /// <summary>The run has no part of it.</summary>
    None,

    /// <summary>It started and has not finished: it is running, or was interrupted.</summary>
    Begun,

    /// <summary>It finished without an error.</summary>
    Done,
}

/// <summary>A stage of a run, and how far it has got: from the events, or from the manifest where there are no events.</summary>
internal sealed record StageState(string Stage, Progress Progress)
{
    /// <summary>The stages before the report, in order.</summary>
    public static IReadOnlyList<StageState> Of(Run run, IEnumerable<Event> events)
    {
        var recorded = new Dictionary<string, Progress>(StringComparer.Ordinal);
        foreach (Event entry in events)
        {
            if (entry is StageStarted started)
            {
                recorded[started.Stage] = Progress.Begun;
            }
            else if (entry is StageFinished finished)
            {
                recorded[finished.Stage] = Progress.Done;
            }
        }

        return [.. StageNames.All.Where(name => name != StageNames.Report).Select(name => new StageState(
            name, recorded.TryGetValue(name, out Progress progress) ? progress : OfManifest(run, name)))];
    }

    private static Progress OfManifest(Run run, string stage) => run.Manifest.Entries(stage).Count > 0 ? Progress.Done : Progress.None;
}
