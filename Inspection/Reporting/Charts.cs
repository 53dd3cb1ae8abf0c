using System.Globalization;
using System.Net;
using System.Text;

namespace DataForge.Inspection.Reporting;

/// <summary>A bar: its name, its length, what it says, and what opens below it; null where nothing does.</summary>
internal sealed record Bar(string Name, double Value, string Label, string? Details = null);

/// <summary>A line of a chart.</summary>
internal sealed record Line(string Class, IReadOnlyList<(double X, double Y)> Points);

/// <summary>What the vertical axis of a chart goes over, and where it has its marks.</summary>
internal sealed record Scale(double Least, double Most, double Mark)
{
    /// <summary>A scale with about five marks that holds all values.</summary>
    public static Scale Of(IEnumerable<double> values)
    {
        (double least, double most) = values.Aggregate((double.MaxValue, double.MinValue), (range, value) => (Math.Min(range.Item1, value), Math.Max(range.Item2, value)));
        (least, most) = least > most ? (0, 1) : (least, most);
        double mark = Step((most - least) / 4);
        return new Scale(Math.Floor(least / mark) * mark, Math.Max(Math.Ceiling(most / mark), Math.Floor(least / mark) + 1) * mark, mark);
    }

    /// <summary>The least of 1, 2 and 5 times a power of ten that is no less; at least 0.001.</summary>
    public static double Step(double wanted)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(wanted, 0.001)) + 1e-9));
        return power * new[] { 1, 2, 5, 10 }.First(factor => factor * power >= Math.Max(wanted, 0.001) * (1 - 1e-9));
    }
}

/// <summary>Charts as inline HTML and SVG, with no script. Text is HTML, so that it keeps its size at any width.</summary>
internal static class Charts
{
    /// <summary>Horizontal bars with their names and values, in the order given.</summary>
    public static string Bars(string what, IReadOnlyList<Bar> rows)
    {
        // Each row is a grid of its own: one width for all labels, so that bars begin and end alike.
        double most = rows.Select(row => row.Value).DefaultIfEmpty(1).Max();
        int label = rows.Select(row => row.Label.Length).DefaultIfEmpty(0).Max() + 1;
        var html = new StringBuilder($"<div class=\"bars\" style=\"--label:{label}ch\" role=\"list\" aria-label=\"{Escape(what)}\">");
        foreach (Bar row in rows)
        {
            string width = row.Value > 0 ? $" style=\"width:{Invariant(Math.Max(0.3, 100 * row.Value / most), "F1")}%\"" : " style=\"width:0\"";
            string cells = $"<span class=\"name\">{Escape(row.Name)}</span><span aria-hidden=\"true\"><span class=\"bar\"{width}></span></span><span class=\"number\">{Escape(row.Label)}</span>";
            html.Append(row.Details is null ? $"<div role=\"listitem\">{cells}</div>" : $"<div role=\"listitem\" style=\"display:block;padding:0\"><details><summary>{cells}</summary><p>{row.Details}</p></details></div>");
        }

        return html.Append("</div>").ToString();
    }

    /// <summary>Lines over steps.</summary>
    /// <param name="described">What they show, for who does not see them.</param>
    /// <param name="lines">The lines; all may be empty.</param>
    /// <param name="scale">The vertical axis.</param>
    /// <param name="lastStep">The last step of the horizontal axis, which begins at 0.</param>
    /// <param name="level">A dashed level; null for none.</param>
    public static string Plot(string described, IReadOnlyList<Line> lines, Scale scale, double lastStep, double? level)
    {
        if (lines.All(line => line.Points.Count == 0))
        {
            return "<div class=\"plot\"><span class=\"empty\">no step yet</span></div>";
        }

        double most = Math.Max(1, lastStep);
        var svg = new StringBuilder();
        var labels = new StringBuilder();
        for (int i = 0; scale.Least + (i * scale.Mark) <= scale.Most + (scale.Mark / 2); i++)
        {
            double y = scale.Least + (i * scale.Mark);
            string at = Invariant(1000 - Y(y), "F1");
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"0\" x2=\"1000\" y1=\"{at}\" y2=\"{at}\"/>");
            labels.Append(CultureInfo.InvariantCulture, $"<span class=\"y\" style=\"bottom:{Y(y) / 10:F1}%\">{y.ToString(scale.Mark >= 1 ? "F0" : scale.Mark >= 0.1 ? "F1" : scale.Mark >= 0.01 ? "F2" : "F3", CultureInfo.InvariantCulture)}</span>");
        }

        if (level is { } held)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"level\" x1=\"0\" x2=\"1000\" y1=\"{1000 - Y(held):F1}\" y2=\"{1000 - Y(held):F1}\"/>");
        }

        foreach (Line line in lines.Where(line => line.Points.Count > 0))
        {
            // A single point has no length: it becomes a short dash.
            IEnumerable<(double X, double Y)> points = line.Points.Count > 1 ? line.Points : [(line.Points[0].X - (most / 100), line.Points[0].Y), line.Points[0]];
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"{line.Class}\" points=\"{string.Join(' ', points.Select(point => $"{Invariant(1000 * point.X / most, "F1")},{Invariant(1000 - Y(point.Y), "F1")}"))}\"/>");
        }

        double mark = Math.Max(1, Scale.Step(most / 4));
        labels.Append("<span class=\"x\" style=\"left:0\">0</span>");
        for (double x = mark; x <= most * 0.85; x += mark)
        {
            labels.Append(CultureInfo.InvariantCulture, $"<span class=\"x minor\" style=\"left:{100 * x / most:F1}%\">{x:N0}</span>");
        }

        labels.Append(CultureInfo.InvariantCulture, $"<span class=\"x end\" style=\"left:100%\">step {most:N0}</span>");
        return $"<div class=\"plot\" role=\"img\" aria-label=\"{Escape(described)}\"><svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{svg}</svg>{labels}</div>";

        double Y(double y) => 1000 * (y - scale.Least) / (scale.Most - scale.Least);
    }

    /// <summary>Text that cannot become markup.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
