using System.Globalization;
using System.Text;
using DataForge.Inspection.Reporting;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Dashboard;

/// <summary>What the rules dropped, run after run.</summary>
internal static class DropsPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="runs">The runs, the oldest first.</param>
    public static string Write(IReadOnlyList<RunDrops> runs)
    {
        var html = new StringBuilder("<h1>Drops over time</h1>");
        if (runs.Count == 0)
        {
            return PageShell.Write("Drops over time", "/drops", html + "<p class=\"dim\">No run has dropped a file yet.</p>");
        }

        html.Append("<p class=\"dim\">The share of the occurrences read that each rule dropped, in ")
            .Append(runs.Count == 1 ? "the latest run" : $"the latest {Number(runs.Count)} runs, oldest to newest").Append(".</p>");
        string[] rules =
        [
            .. runs.SelectMany(run => run.Dropped.Where(drop => drop.Value > 0).Select(drop => drop.Key)).Distinct()
                .OrderByDescending(rule => Share(runs[^1], rule)).ThenBy(rule => rule, StringComparer.Ordinal),
        ];
        AppendLines(html, runs, rules);
        AppendFigures(html, runs, rules);
        return PageShell.Write("Drops over time", "/drops", html.ToString());
    }

    private static void AppendLines(StringBuilder html, IReadOnlyList<RunDrops> runs, string[] rules)
    {
        html.Append("<section><h2>By rule</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Drops by rule\">")
            .Append("<table class=\"lines\"><thead><tr><th scope=\"col\">rule</th><th scope=\"col\">over the runs</th>")
            .Append("<th scope=\"col\" class=\"n\">latest</th><th scope=\"col\" class=\"n\">before</th></tr></thead><tbody>");
        foreach (string rule in rules)
        {
            double[] shares = [.. runs.Select(run => Share(run, rule))];
            html.Append($"<tr><th scope=\"row\">{Charts.Escape(rule)}</th><td>{Line(shares)}</td>")
                .Append($"<td class=\"n\">{Percent(shares[^1])}</td>")
                .Append($"<td class=\"n\">{(shares.Length > 1 ? Percent(shares[^2]) : "–")}</td></tr>");
        }

        html.Append("</tbody></table></div></section>");
    }

    private static void AppendFigures(StringBuilder html, IReadOnlyList<RunDrops> runs, string[] rules)
    {
        html.Append("<section><h2>By run</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Drops by run\">")
            .Append("<table class=\"figures\"><thead><tr><th scope=\"col\">run</th><th scope=\"col\" class=\"n\">occurrences</th>");
        foreach (string rule in rules)
        {
            html.Append($"<th scope=\"col\" class=\"n\">{Charts.Escape(rule)}</th>");
        }

        html.Append("</tr></thead><tbody>");
        foreach (RunDrops run in runs.Reverse())
        {
            html.Append($"<tr><th scope=\"row\"><a href=\"{Charts.Escape(run.Run.Address)}\">{Charts.Escape(run.Run.Name)}</a></th>")
                .Append($"<td class=\"n\">{Number(run.Occurrences)}</td>");
            foreach (string rule in rules)
            {
                html.Append($"<td class=\"n\">{Number(run.Dropped.GetValueOrDefault(rule))}</td>");
            }

            html.Append("</tr>");
        }

        html.Append("</tbody></table></div></section>");
    }

    // From 0 at the bottom to the rule's largest share at the top. The figures are beside it and below, so that it is hidden from readers.
    private static string Line(double[] shares)
    {
        double most = Math.Max(shares.Max(), 1e-9);
        double[] points = shares.Length == 1 ? [shares[0], shares[0]] : shares;
        string text = string.Join(' ', points.Select((share, i) => string.Create(
            CultureInfo.InvariantCulture, $"{1000.0 * i / (points.Length - 1):F0},{98 - (94 * share / most):F1}")));
        return "<svg class=\"line\" viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            + $"<polyline class=\"train\" points=\"{text}\"/></svg>";
    }

    private static double Share(RunDrops run, string rule) => (double)run.Dropped.GetValueOrDefault(rule) / run.Occurrences;

    private static string Percent(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture) + " %";
}
