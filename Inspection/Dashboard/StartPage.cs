using System.Text;
using DataForge.Corpus;
using DataForge.Inspection.Reporting;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Dashboard;

/// <summary>The list of runs.</summary>
internal static class StartPage
{
    /// <summary>Runs on a page.</summary>
    public const int RunsPerPage = 50;

    /// <summary>Writes a page of the list.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="number">The number of the page, from 1; one that does not exist becomes the nearest.</param>
    /// <param name="now">The current time.</param>
    public static string Write(RunList runs, int number, DateTimeOffset now)
    {
        IReadOnlyList<ListedRun> all = runs.All();
        int pages = Math.Max(1, (all.Count + RunsPerPage - 1) / RunsPerPage);
        int page = Math.Clamp(number, 1, pages);
        var html = new StringBuilder($"<h1>Runs</h1><p class=\"dim\">{Words(all.Count)}, the latest change first.</p>");
        if (all.Count > 0)
        {
            html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Runs\"><table class=\"runs\"><thead><tr>")
                .Append("<th scope=\"col\">run</th><th scope=\"col\">state</th><th scope=\"col\">stage</th>")
                .Append("<th scope=\"col\" class=\"n\">files kept</th><th scope=\"col\" class=\"n\">worked for</th>")
                .Append("<th scope=\"col\">last change</th></tr></thead><tbody>");
            foreach (ListedRun run in all.Skip((page - 1) * RunsPerPage).Take(RunsPerPage))
            {
                AppendRow(html, run, runs.Glance(run, now));
            }

            html.Append("</tbody></table></div>").Append(PageLinks(page, pages));
        }

        return PageShell.Write("Runs", "/", html.ToString());
    }

    private static string Words(int runs) => runs switch { 0 => "No run yet", 1 => "One run", _ => $"{Number(runs)} runs" };

    private static void AppendRow(StringBuilder html, ListedRun run, RunGlance? glance)
    {
        string name = Charts.Escape(run.Name);
        html.Append($"<tr><th scope=\"row\"><a href=\"{Charts.Escape(run.Address)}\">{name}</a></th>");
        html.Append(glance is null
            ? "<td class=\"dim\">its files cannot be read</td><td></td><td></td><td></td>"
            : $"<td>{PageShell.State(glance.State)}</td><td>{Charts.Escape(glance.Stage)}</td>"
                + $"<td class=\"n\">{(glance.Files is { } files ? Number(files) : "–")}</td>"
                + $"<td class=\"n\">{Figures.Duration(glance.Seconds)}</td>");
        html.Append($"<td>{PageShell.Time(run.Changed)}</td></tr>");
    }

    private static string PageLinks(int page, int pages) => pages == 1 ? "" :
        "<nav class=\"pages\" aria-label=\"Pages of the list\">"
        + (page > 1 ? $"<a rel=\"prev\" href=\"/?page={page - 1}\">newer</a>" : "")
        + $"<span>page {Number(page)} of {Number(pages)}</span>"
        + (page < pages ? $"<a rel=\"next\" href=\"/?page={page + 1}\">older</a>" : "")
        + "</nav>";
}
