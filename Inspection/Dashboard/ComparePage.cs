using System.Globalization;
using System.Text;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>A run in a comparison.</summary>
/// <param name="Run">The run.</param>
/// <param name="Figures">Its figures.</param>
internal sealed record ComparedRun(ListedRun Run, IReadOnlyList<RunFigure> Figures);

/// <summary>Two runs side by side.</summary>
internal static class ComparePage
{
    /// <summary>Writes the page.</summary>
    /// <param name="runs">The runs to choose from.</param>
    /// <param name="left">The first run; null if there is none.</param>
    /// <param name="right">The second run; null if there is none.</param>
    public static string Write(IReadOnlyList<ListedRun> runs, ComparedRun? left, ComparedRun? right)
    {
        var html = new StringBuilder("<h1>Compare two runs</h1>");
        html.Append("<form class=\"choose\" action=\"/compare\" method=\"get\">")
            .Append(Choice("first", "a", runs, left?.Run)).Append(Choice("second", "b", runs, right?.Run))
            .Append("<button>Compare</button></form>");
        if (left is not null && right is not null)
        {
            AppendTable(html, left, right);
        }
        else
        {
            html.Append("<p class=\"dim\">There must be two runs to compare.</p>");
        }

        return PageShell.Write("Compare", "/compare", html.ToString());
    }

    /// <summary>A run as the page's address names it.</summary>
    public static string Key(ListedRun run) => run.Workspace == 0 ? run.Name : $"{run.Workspace}:{run.Name}";

    private static string Choice(string label, string name, IReadOnlyList<ListedRun> runs, ListedRun? chosen)
    {
        var html = new StringBuilder($"<label>{label}<select name=\"{name}\">");
        foreach (ListedRun run in runs)
        {
            string selected = run == chosen ? " selected" : "";
            string key = Charts.Escape(Key(run));
            html.Append($"<option value=\"{key}\"{selected}>{key}</option>");
        }

        return html.Append("</select></label>").ToString();
    }

    private static void AppendTable(StringBuilder html, ComparedRun left, ComparedRun right)
    {
        html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Figures of both runs\"><table class=\"compare\">")
            .Append("<thead><tr><th scope=\"col\">figure</th>").Append(Column(left.Run)).Append(Column(right.Run))
            .Append("<th scope=\"col\" class=\"n\">difference</th></tr></thead>");
        foreach (string group in left.Figures.Concat(right.Figures).Select(figure => figure.Group).Distinct())
        {
            RunFigure[] ofLeft = [.. left.Figures.Where(figure => figure.Group == group)];
            RunFigure[] ofRight = [.. right.Figures.Where(figure => figure.Group == group)];
            html.Append($"<tbody><tr><th colspan=\"4\" scope=\"rowgroup\" class=\"group\">{Charts.Escape(group)}</th></tr>");
            foreach (RunFigure figure in Rows(ofLeft, ofRight))
            {
                AppendRow(html, figure, ofLeft, ofRight);
            }

            html.Append("</tbody>");
        }

        html.Append("</table></div>");
    }

    private static string Column(ListedRun run) =>
        $"<th scope=\"col\" class=\"n\"><a href=\"{Charts.Escape(run.Address)}\">{Charts.Escape(run.Name)}</a></th>";

    private static IEnumerable<RunFigure> Rows(RunFigure[] left, RunFigure[] right) =>
        left.Concat(right.Where(figure => !left.Any(other => other.Name == figure.Name)));

    private static void AppendRow(StringBuilder html, RunFigure figure, RunFigure[] left, RunFigure[] right)
    {
        double? first = Value(figure, left);
        double? second = Value(figure, right);
        html.Append($"<tr><th scope=\"row\">{Charts.Escape(figure.Name)}</th>")
            .Append(Cell(first is { } a ? RunFigure.Text(a, figure.Kind) : "–"))
            .Append(Cell(second is { } b ? RunFigure.Text(b, figure.Kind) : "–"))
            .Append(Cell(first is { } from && second is { } to ? Difference(from, to, figure.Kind) : "–")).Append("</tr>");
    }

    private static double? Value(RunFigure figure, RunFigure[] figures) =>
        figures.FirstOrDefault(other => other.Name == figure.Name)?.Value ?? (figure.IsListed && figures.Length > 0 ? 0 : null);

    private static string Difference(double from, double to, FigureKind kind)
    {
        if (from == to)
        {
            return "none";
        }

        string share = from != 0
            ? string.Create(CultureInfo.InvariantCulture, $" ({(to > from ? "+" : "")}{100 * (to - from) / Math.Abs(from):0.#}\u00a0%)")
            : "";
        return (to > from ? "+" : "") + RunFigure.Text(to - from, kind) + share;
    }

    private static string Cell(string text) => $"<td class=\"n\">{text}</td>";
}
