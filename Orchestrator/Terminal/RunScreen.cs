using System.Globalization;
using DataForge.Corpus;
using DataForge.Inspection.Dashboard;
using DataForge.Inspection.Reporting;

namespace DataForge.Orchestrator.Terminal;

/// <summary>A run as lines of text: state, stages, progress, what was dropped so far, and the last loss.</summary>
internal static class RunScreen
{
    private const int BarWidth = 24;
    private const int MostRules = 3;

    /// <summary>The lines, none longer than a width.</summary>
    public static IReadOnlyList<string> Lines(RunView view, int width)
    {
        List<string> lines = [Title(view)];
        lines.AddRange(view.Events.Stages.Where(stage => stage.IsDone).Select(Finished));
        if (view.State is RunState.Running or RunState.Interrupted && LiveFigures.Of(view.Events) is { } live)
        {
            lines.Add(Bar(live));
            lines.Add($"{"",TextLines.Indent} {Progress(live)}".TrimEnd());
        }

        lines.AddRange(Drops(view.Report));
        lines.AddRange(Loss(view));
        lines.AddRange(view.Events.Failure is { } failure ? [$"failed: {failure.Split('\n')[0].Trim()}"] : []);
        return [.. lines.Select(line => Printable(line, width))];
    }

    /// <summary>The run in one line.</summary>
    public static string Line(RunView view, int width)
    {
        string text = RunStates.Word(view.State);
        if (LiveFigures.Of(view.Events) is { } live)
        {
            string share = live.Share is { } known ? $"{100 * known:F0} %  " : "";
            text += $"  {live.Stage} {share}{Progress(live)}";
        }

        return Printable(text.TrimEnd(), width);
    }

    private static string Title(RunView view) => $"{view.Report.RunName}  {RunStates.Word(view.State)}"
        + (view.Changed is { } changed ? $"  last change {changed.ToLocalTime():HH:mm:ss}" : "");

    private static string Finished(StageWork stage)
    {
        string parts = $"{stage.Parts.ToString("N0", CultureInfo.InvariantCulture)} {(stage.Parts == 1 ? "part" : "parts")}";
        string rate = stage.Rate > 0 ? LiveFigures.RateOf(stage) : "";
        return $"{stage.Stage,-TextLines.Indent} {"done",-8} {Figures.Duration(stage.Seconds),10}  {parts,12}  {rate}".TrimEnd();
    }

    private static string Bar(LiveFigures live)
    {
        int filled = (int)((live.Share ?? 0) * BarWidth);
        string bar = live.Share is { } share
            ? $"{new string('█', filled)}{new string('░', BarWidth - filled)} {100 * share,3:F0} %  "
            : "";
        return $"{live.Stage,-TextLines.Indent} {bar}{live.Done}".TrimEnd();
    }

    private static string Progress(LiveFigures live)
    {
        List<string> words = [$"{live.Parts} {(live.Parts == 1 ? "part" : "parts")} done"];
        words.AddRange(live.Rate.Length > 1 ? [live.Rate] : []);
        words.AddRange(live.SecondsLeft is { } left ? [$"{Figures.Duration(left)} left"] : []);
        return string.Join("  ", words);
    }

    private static IEnumerable<string> Drops(ReportData report)
    {
        if (report.Dropped.Count > 0)
        {
            string all = ReportFormat.Number(report.Dropped.Sum(drop => drop.Occurrences));
            string most = string.Join(", ", report.Dropped.Take(MostRules)
                .Select(drop => $"{drop.Rule} {ReportFormat.Number(drop.Occurrences)}"));
            yield return $"{"dropped",-TextLines.Indent} {all}: {most}{(report.Dropped.Count > MostRules ? ", …" : "")}";
        }
    }

    private static IEnumerable<string> Loss(RunView view)
    {
        if (view.Events.LastStep is { } step)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{"loss",-TextLines.Indent} {step.Loss:F3} at step {step.Step:N0} of {step.Steps:N0}");
        }
    }

    // Names come from repositories: control characters would reach the terminal.
    private static string Printable(string line, int width)
    {
        string clean = string.Concat(line.Select(c => char.IsControl(c) ? '\ufffd' : c == '\u00a0' ? ' ' : c));
        return clean.Length > width ? clean[..(width - 1)] + "…" : clean;
    }
}
