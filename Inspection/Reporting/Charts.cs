using System.Globalization;
using System.Net;
using System.Text;

namespace DataForge.Inspection.Reporting;

/// <summary>A bar of a chart.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its length; any unit, the same for all bars of a chart.</param>
/// <param name="Label">Its value as text.</param>
/// <param name="Details">HTML that opens below the bar; null if nothing does.</param>
internal sealed record Bar(string Name, double Value, string Label, string? Details = null);

/// <summary>A line of a chart.</summary>
/// <param name="Class">Its CSS class.</param>
/// <param name="Points">Its points, X ascending.</param>
internal sealed record ChartLine(string Class, IReadOnlyList<(double X, double Y)> Points);

/// <summary>The range of a chart's vertical axis.</summary>
/// <param name="Min">The lowest value of the axis.</param>
/// <param name="Max">The highest value of the axis.</param>
/// <param name="Tick">The distance between two marks.</param>
internal sealed record AxisScale(double Min, double Max, double Tick)
{
    /// <summary>A scale with about five marks that includes all values; 0 to 1 where there are none.</summary>
    public static AxisScale Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        (double min, double max) = all.Length > 0 ? (all.Min(), all.Max()) : (0, 1);
        double tick = RoundUp((max - min) / 4);
        double lowest = Math.Floor(min / tick);
        return new AxisScale(lowest * tick, Math.Max(Math.Ceiling(max / tick), lowest + 1) * tick, tick);
    }

    /// <summary>The smallest of 1, 2 and 5 times a power of ten that is at least <paramref name="wanted"/>, and at least 0.001.</summary>
    public static double RoundUp(double wanted)
    {
        // The tolerance of 1e-9 keeps a value that is such a number but for rounding errors.
        double atLeast = Math.Max(wanted, 0.001);
        double power = Math.Pow(10, Math.Floor(Math.Log10(atLeast) + 1e-9));
        return power * new[] { 1, 2, 5, 10 }.First(factor => factor * power >= atLeast * (1 - 1e-9));
    }
}

/// <summary>
/// Charts as inline HTML and SVG, without scripts and without inline styles, so that a strict content security policy admits them. The
/// size of labels does not depend on the chart's width.
/// </summary>
internal static class Charts
{
    /// <summary>Horizontal bars with their names and values, in the order given.</summary>
    /// <param name="description">What the chart shows, for screen readers.</param>
    /// <param name="rows">The bars.</param>
    /// <param name="most">The value of the whole width; null for the largest of the bars.</param>
    public static string Bars(string description, IReadOnlyList<Bar> rows, double? most = null)
    {
        // Each row is a grid of its own. One width for all labels makes the bars start and end at the same place.
        double max = most ?? rows.Select(row => row.Value).DefaultIfEmpty(1).Max();
        int label = Math.Min(rows.Select(row => row.Label.Length).DefaultIfEmpty(0).Max() + 1, PageStyle.WidestLabel);
        var html = new StringBuilder();
        html.Append($"<div class=\"bars l{label}\" role=\"list\" aria-label=\"{Escape(description)}\">");
        foreach (Bar row in rows)
        {
            string cells = $"<span class=\"name\">{Escape(row.Name)}</span>{Length(row.Value / max)}"
                + $"<span class=\"number\">{Escape(row.Label)}</span>";
            html.Append(row.Details is null
                ? $"<div role=\"listitem\">{cells}</div>"
                : $"<div role=\"listitem\" class=\"open\"><details><summary>{cells}</summary><p>{row.Details}</p></details></div>");
        }

        return html.Append("</div>").ToString();
    }

    /// <summary>A bar of a share of the width there is.</summary>
    /// <param name="share">0 to 1.</param>
    public static string Length(double share)
    {
        string width = share > 0 ? Invariant(Math.Max(0.3, 100 * Math.Min(share, 1)), "F1") + "%" : "0";
        return $"<svg class=\"bar\" aria-hidden=\"true\"><rect width=\"{width}\" height=\"100%\" rx=\"3\"/></svg>";
    }

    /// <summary>Lines over training steps.</summary>
    /// <param name="description">What the chart shows, for screen readers.</param>
    /// <param name="lines">The lines; all may be empty.</param>
    /// <param name="scale">The vertical axis.</param>
    /// <param name="lastStep">The last step of the horizontal axis, which begins at 0.</param>
    /// <param name="level">The height of a dashed horizontal line; null for none.</param>
    public static string Plot(string description, IReadOnlyList<ChartLine> lines, AxisScale scale, double lastStep, double? level)
    {
        if (lines.All(line => line.Points.Count == 0))
        {
            return "<div class=\"plot\"><span class=\"empty\">no step yet</span></div>";
        }

        double maxX = Math.Max(1, lastStep);
        var svg = new StringBuilder();
        var labels = new StringBuilder();
        AppendVerticalAxis(svg, labels, scale);
        if (level is { } height)
        {
            AppendHorizontal(svg, " class=\"level\"", Height(scale, height));
        }

        foreach (ChartLine line in lines.Where(line => line.Points.Count > 0))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"{line.Class}\" points=\"{Points(line, scale, maxX)}\"/>");
        }

        AppendHorizontalAxis(labels, maxX);
        return $"<div class=\"plot\" role=\"img\" aria-label=\"{Escape(description)}\">"
            + $"<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{svg}</svg>"
            + $"<svg aria-hidden=\"true\">{labels}</svg></div>";
    }

    /// <summary>Text in which no character has a meaning in HTML.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    // A height in the drawing, of 0 (bottom) to 1000 (top).
    private static double Height(AxisScale scale, double y) => 1000 * (y - scale.Min) / (scale.Max - scale.Min);

    private static void AppendVerticalAxis(StringBuilder svg, StringBuilder labels, AxisScale scale)
    {
        string format = scale.Tick switch { >= 1 => "F0", >= 0.1 => "F1", >= 0.01 => "F2", _ => "F3" };
        for (int i = 0; scale.Min + (i * scale.Tick) <= scale.Max + (scale.Tick / 2); i++)
        {
            double y = scale.Min + (i * scale.Tick);
            AppendHorizontal(svg, "", Height(scale, y));
            string top = Invariant(100 - (Height(scale, y) / 10), "F1");
            labels.Append($"<text class=\"y\" x=\"-8\" y=\"{top}%\">{Invariant(y, format)}</text>");
        }
    }

    private static void AppendHorizontal(StringBuilder svg, string attributes, double height) => svg.Append(
        CultureInfo.InvariantCulture, $"<line{attributes} x1=\"0\" x2=\"1000\" y1=\"{1000 - height:F1}\" y2=\"{1000 - height:F1}\"/>");

    private static string Points(ChartLine line, AxisScale scale, double maxX)
    {
        // A single point has no length: it becomes a short dash.
        IReadOnlyList<(double X, double Y)> points = line.Points;
        points = points.Count > 1 ? points : [(points[0].X - (maxX / 100), points[0].Y), points[0]];
        return string.Join(' ', points.Select(point =>
            $"{Invariant(1000 * point.X / maxX, "F1")},{Invariant(1000 - Height(scale, point.Y), "F1")}"));
    }

    private static void AppendHorizontalAxis(StringBuilder labels, double maxX)
    {
        labels.Append("<text class=\"x\" x=\"0\" y=\"100%\">0</text>");
        double tick = Math.Max(1, AxisScale.RoundUp(maxX / 4));

        // No mark where the label of the last step is.
        for (double x = tick; x <= maxX * 0.85; x += tick)
        {
            labels.Append(CultureInfo.InvariantCulture, $"<text class=\"x minor\" x=\"{100 * x / maxX:F1}%\" y=\"100%\">{x:N0}</text>");
        }

        labels.Append(CultureInfo.InvariantCulture, $"<text class=\"x end\" x=\"100%\" y=\"100%\">step {maxX:N0}</text>");
    }

    private static string Invariant(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
