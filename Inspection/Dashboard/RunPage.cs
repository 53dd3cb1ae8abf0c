using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Dashboard;

/// <summary>The page of one run, which is updated while the run is active.</summary>
internal static class RunPage
{
    /// <summary>Writes the page.</summary>
    public static string Write(RunView view, ListedRun run) => PageShell.Write(run.Name, run.Address, Parts(view), run);

    /// <summary>The parts of the page.</summary>
    public static string Parts(RunView view)
    {
        var html = new StringBuilder(PageShell.Part("head", Head(view)));
        html.Append(PageShell.Part("tiles", ReportSections.Tiles(view.Report)));
        foreach (PageSection? section in Sections(view))
        {
            html.Append(section is null ? "" : PageShell.Part(section));
        }

        return html.ToString();
    }

    private static IEnumerable<PageSection?> Sections(RunView view)
    {
        bool isFailed = view.Events.Failure is not null;
        yield return isFailed ? RunSections.Faults(view) : null;
        yield return RunSections.Stages(view);
        yield return RunSections.Crawl(view);
        foreach (PageSection section in ReportSections.Of(view.Report))
        {
            yield return section;
            if (section.Name == "training")
            {
                yield return RunSections.TrainingSpeed(view);
                yield return RunSections.Evaluations(view);
            }
            else if (section.Name == "sizes")
            {
                yield return RunSections.Duplicates(view);
            }
        }

        yield return isFailed ? null : RunSections.Faults(view);
    }

    private static string Head(RunView view)
    {
        string changed = view.Changed is { } time ? $" · last change {PageShell.Time(time)}" : "";
        var html = new StringBuilder($"<h1>{Charts.Escape(view.Report.RunName)}</h1>");
        html.Append($"<p>{PageShell.State(view.State)}<span class=\"dim\">{changed}</span></p>");
        html.Append($"<p class=\"dim\">{Charts.Escape(ReportPage.StagesInWords(view.Report))}</p>");
        if (view.State is RunState.Running or RunState.Interrupted && LiveFigures.Of(view.Events) is { } live)
        {
            html.Append(Live(live, view.State == RunState.Running));
        }

        return html.ToString();
    }

    private static string Live(LiveFigures live, bool isRunning)
    {
        string bar = live.Share is { } share
            ? $"<div role=\"progressbar\" aria-label=\"{Charts.Escape(live.Stage)}\" aria-valuemin=\"0\" aria-valuemax=\"100\" "
                + $"aria-valuenow=\"{100 * share:F0}\">{Charts.Length(share)}</div>"
            : "";
        var words = new List<string>();
        words.AddRange(live.Share is { } known ? [$"{100 * known:F0} %"] : []);
        words.AddRange(live.Done.Length > 0 ? [live.Done] : []);
        words.AddRange(live is { Parts: 0, Stage: StageNames.Pretrain }
            ? []
            : [$"{Number(live.Parts)} {(live.Parts == 1 ? "part" : "parts")} done"]);
        if (isRunning)
        {
            words.AddRange(live.Rate.Length > 1 ? [live.Rate] : []);
            words.AddRange(live.SecondsLeft is { } left ? [$"{Figures.Duration(left)} left"] : []);
        }

        return $"<div class=\"live\"><p><b>{Charts.Escape(live.Stage)}</b> {Charts.Escape(string.Join(" · ", words))}</p>{bar}</div>";
    }
}
