using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>What the list of runs shows of one, from the ends of its logs and its manifest.</summary>
/// <param name="State">What becomes of it.</param>
/// <param name="Stage">The stage it is in, or was in last; empty if none began.</param>
/// <param name="Files">Files of the dataset, or those that are left so far; null if nothing was cleaned.</param>
/// <param name="Seconds">How long processes worked on it.</param>
internal sealed record RunGlance(RunState State, string Stage, long? Files, double Seconds)
{
    /// <summary>Takes a look at a run.</summary>
    /// <exception cref="IOException">One of its files cannot be read.</exception>
    public static RunGlance Of(string runFolder, DateTimeOffset now)
    {
        var state = RunState.New;
        string stage = "";
        double seconds = 0;
        FileInfo[] logs = RunEnd.Logs(runFolder);
        foreach (FileInfo log in logs)
        {
            EventLogEnds ends = EventLogEnds.Read(log.FullName);
            Event? last = ends.Last.Count > 0 ? ends.Last[^1] : null;
            seconds += ends.First is { } first && last is not null ? Math.Max(0, (last.Time - first.Time).TotalSeconds) : 0;
            stage = ends.Last.Select(StageOf).LastOrDefault(name => name is not null) ?? stage;
            state = RunEnd.IsReportOnly(ends.First) && state != RunState.New ? state : RunStates.Of(log, ends.First, last, now);
        }

        return new RunGlance(state, stage, FilesOf(new ManifestSums(runFolder)), seconds);
    }

    /// <summary>The files that are left after the last stage that drops files; null if none has.</summary>
    public static long? FilesOf(ManifestSums sums) =>
        sums.Totals(StageNames.Dedup) is { } dedup && dedup.Contains(CountName.ContentsOut) ? dedup[CountName.ContentsOut]
        : sums.Totals(StageNames.Clean) is { } clean && clean.Contains(CountName.ContentsOut) ? clean[CountName.ContentsOut]
        : null;

    private static string? StageOf(Event entry) => entry switch
    {
        StageStarted started => started.Stage,
        StageAdvanced advanced => advanced.Stage,
        StageFinished finished => finished.Stage,
        PartDone part => part.Stage,
        FileFault fault => fault.Stage,
        ApiBudget => StageNames.Crawl,
        TrainingStep or TrainingEvaluated or TrainingSkipped => StageNames.Pretrain,
        _ => null,
    };
}
