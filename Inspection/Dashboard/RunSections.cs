using System.Globalization;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Auditing;
using DataForge.Inspection.Reporting;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Dashboard;

/// <summary>The sections of a run's page that the report does not have.</summary>
internal static class RunSections
{
    /// <summary>Each stage that began: how far, how long, how fast.</summary>
    public static PageSection? Stages(RunView view)
    {
        StageWork[] stages = [.. view.Events.Stages];
        if (stages.Length == 0)
        {
            return null;
        }

        var html = new StringBuilder("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Stages\">")
            .Append("<table class=\"stages\"><thead><tr>")
            .Append("<th scope=\"col\">stage</th><th scope=\"col\">state</th><th scope=\"col\" class=\"n\">time</th>")
            .Append("<th scope=\"col\" class=\"n\">parts</th><th scope=\"col\" class=\"n\">done</th>")
            .Append("<th scope=\"col\" class=\"n\">rate</th></tr></thead><tbody>");
        foreach (StageWork stage in stages)
        {
            string state = stage.IsDone ? "done" : view.State == RunState.Running ? "running" : "not finished";
            TrainingStep? step = stage.Stage == StageNames.Pretrain ? view.Events.LastStep : null;
            string time = stage.IsDone ? Figures.Duration(stage.Seconds)
                : stage.Progress is { } at ? Figures.Duration(at.Seconds)
                : step is not null && step.Time > stage.Began ? Figures.Duration((step.Time - stage.Began).TotalSeconds)
                : "–";
            string parts = Number(stage.Parts) + (stage.Reused > 0 ? $" ({Number(stage.Reused)} reused)" : "");
            string done = stage.Progress is { } progress ? Amount(progress.Done, progress.Unit)
                : step is not null ? $"{Number(step.Step)} steps"
                : "–";
            string rate = step is null ? LiveFigures.RateOf(stage) : $"{Number((long)step.TokensPerSecond)} tokens/s";
            html.Append($"<tr><th scope=\"row\">{Charts.Escape(stage.Stage)}</th><td>{state}</td><td class=\"n\">{time}</td>")
                .Append($"<td class=\"n\">{parts}</td><td class=\"n\">{Charts.Escape(done)}</td>")
                .Append($"<td class=\"n\">{Charts.Escape(rate)}</td></tr>");
        }

        return new("stages", "Throughput by stage", html.Append("</tbody></table></div>").ToString());
    }

    /// <summary>How complete the crawl is.</summary>
    public static PageSection? Crawl(RunView view)
    {
        CountTable counts = view.Crawl;
        StageAdvanced? progress = view.Events.Stages.FirstOrDefault(stage => stage.Stage == StageNames.Crawl)?.Progress;
        if (counts.Length == 0 && progress is null)
        {
            return null;
        }

        var html = new StringBuilder();
        if (progress is { Total: > 0 })
        {
            double share = (double)progress.Done / progress.Total;
            html.Append(Charts.Bars("Crawled", [new("crawled", share, $"{share:P0} of {Amount(progress.Total, progress.Unit)}")], most: 1));
        }

        if (counts.Length > 0)
        {
            long optedOut = counts[CountName.RepositoriesOptedOut];
            html.Append($"<p>{Number(counts[CountName.Repositories])} repositories in this run")
                .Append(optedOut > 0 ? $"; {Number(optedOut)} more asked to be left out" : "").Append(".</p>");
        }

        if (view.Events.Budgets.Any())
        {
            html.Append("<p class=\"dim\">Requests left of the forge's limits, when it last told.</p>").Append(Charts.Bars(
                "Requests left",
                [
                    .. view.Events.Budgets.Select(budget => new Bar(
                        budget.Resource, (double)budget.Left / budget.Limit, LeftOf(budget))),
                ],
                most: 1));
        }

        return new("crawl", "Crawl", html.ToString());
    }

    /// <summary>The duplicates: how many, how similar, and how well they were found.</summary>
    public static PageSection? Duplicates(RunView view)
    {
        if (view.Duplicates is { Exact: 0, Near: 0, Clusters: 0 })
        {
            return null;
        }

        var html = new StringBuilder(
            $"<p>{Number(view.Duplicates.Exact)} exact and {Number(view.Duplicates.Near)} near duplicates dropped; "
            + $"{Number(view.Duplicates.ClusteredFiles)} files in {Number(view.Duplicates.Clusters)} groups of near duplicates, "
            + $"{Number(view.Duplicates.LargestCluster)} in the largest.</p>");
        if (view.Jaccard.Count > 0)
        {
            html.Append("<p class=\"dim\">Near duplicates that were dropped, by Jaccard similarity with the file that was kept.</p>")
                .Append(Charts.Bars(
                    "Files by Jaccard similarity", [.. view.Jaccard.Select(bin => new Bar(bin.Name, bin.Files, Number(bin.Files)))]));
        }

        if (view.Audit is { } audit)
        {
            html.Append($"<p>An audit of {Number(audit.SampledFiles)} files: recall {Share(audit.PairsFound)}, ")
                .Append($"precision {Share(audit.DropsConfirmed)}.</p>");
        }

        return new("duplicates", "Duplicates", html.ToString());
    }

    /// <summary>The learning rate and the speed of the training.</summary>
    public static PageSection? TrainingSpeed(RunView view)
    {
        TrainingCurve? curve = view.Report.Trainings.LastOrDefault(curve => curve.Steps.Count > 0);
        if (curve is null)
        {
            return null;
        }

        IReadOnlyList<TrainingStep> steps = TrainingSection.Thinned(curve.Steps);
        double last = Math.Max(curve.Planned, steps[^1].Step);
        string skipped = view.Events.SkippedSteps > 0 ? $"<p>{Number(view.Events.SkippedSteps)} steps made no update.</p>" : "";
        return new(
            "speed", "Learning rate and speed",
            "<div class=\"curves\">"
            + LearningRate(steps, last)
            + Figure("thousand tokens per second", steps, step => step.TokensPerSecond / 1000, last)
            + Figure("gradient norm", steps, step => step.GradientNorm, last)
            + $"</div>{skipped}");
    }

    /// <summary>How the model did in the evaluations that lie beside it.</summary>
    public static PageSection? Evaluations(RunView view)
    {
        if (view.Evaluations.Count == 0)
        {
            return null;
        }

        var html = new StringBuilder("<p class=\"dim\">pass@k in %, with the 95 % confidence interval.</p>");
        html.Append(Charts.Bars(
            "Scores by set",
            [
                .. view.Evaluations.SelectMany(set => set.Scores.Select(score => new Bar(
                    score.NameIn(set), score.Mean, PassRate(score)))),
            ],
            most: 1));
        foreach (EvaluatedSet set in view.Evaluations)
        {
            string missing = set.Scores.Count > 0 ? "" : " No score, since some problems have no sample.";
            html.Append($"<p class=\"dim\">{Charts.Escape(set.Set)}: {Number(set.Samples)} samples of ")
                .Append($"{Number(set.Problems)} problems.{missing}</p>");
        }

        return new("evaluations", "Evaluation", html.ToString());
    }

    /// <summary>Why the run failed, its bad files and warnings.</summary>
    public static PageSection? Faults(RunView view)
    {
        RunEvents events = view.Events;
        var html = new StringBuilder();
        if (events.Failure is { } failure)
        {
            html.Append($"<pre>{Charts.Escape(failure)}</pre>");
        }

        foreach (Note warning in events.LastWarnings)
        {
            html.Append($"<p>{PageShell.Time(warning.Time)} {Charts.Escape(warning.Text)}</p>");
        }

        if (events.Faults > 0)
        {
            string how = events.Faults == 1
                ? "One file or line was bad:"
                : $"{Number(events.Faults)} files or lines were bad; the last ones:";
            html.Append($"<p class=\"dim\">{how}</p><ul>");
            foreach (FileFault fault in events.LastFaults)
            {
                string why = $"{fault.Rule}, {fault.Detail}";
                html.Append($"<li><code>{Charts.Escape(fault.Where)}</code>: {Charts.Escape(why)}</li>");
            }

            html.Append("</ul>");
        }

        string title = events.Failure is null ? "Bad files and warnings" : "Why it failed";
        return html.Length == 0 ? null : new("faults", title, html.ToString());
    }

    /// <summary>An amount with its unit.</summary>
    public static string Amount(long amount, string unit) => unit == "bytes" ? Bytes(amount) : $"{Number(amount)} {unit}";

    private static string PassRate(EvaluatedScore score) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * score.Mean:F1} ({100 * score.Interval.Low:F1} to {100 * score.Interval.High:F1})");

    private static string LeftOf(ApiBudget budget) => string.Create(
        CultureInfo.InvariantCulture, $"{Number(budget.Left)} of {Number(budget.Limit)} until {budget.Reset.UtcDateTime:HH:mm} UTC");

    // In the unit that gives numbers of one to three digits.
    private static string LearningRate(IReadOnlyList<TrainingStep> steps, double last)
    {
        bool isLarge = steps.Max(step => step.LearningRate) >= 1e-3;
        return Figure(
            isLarge ? "learning rate, in thousandths" : "learning rate, in millionths", steps,
            step => step.LearningRate * (isLarge ? 1e3 : 1e6), last);
    }

    private static string Figure(string title, IReadOnlyList<TrainingStep> steps, Func<TrainingStep, double> value, double last)
    {
        (double X, double Y)[] points =
            [.. steps.Where(step => double.IsFinite(value(step))).Select(step => ((double)step.Step, value(step)))];
        AxisScale scale = AxisScale.Of(points.Select(point => point.Y).Append(0));
        string now = points.Length > 0 ? points[^1].Y.ToString("N2", CultureInfo.InvariantCulture) : "unknown";
        return $"<figure><figcaption>{title}</figcaption>"
            + Charts.Plot($"{title} over steps, {now} at the last one", [new("train", points)], scale, last, null) + "</figure>";
    }

    private static string Share(Proportion share) => share.Of == 0 ? "unknown" : string.Create(
        CultureInfo.InvariantCulture, $"{share.Share:0.######} ({share.Low:0.####} to {share.High:0.####} with 95 % confidence)");
}
