using System.Globalization;
using System.Net;
using System.Text;

namespace DataForge.Orchestrator.Reporting;

/// <summary>Charts as inline HTML and SVG, with no script.</summary>
internal static class Charts
{
    private const int Width = 720;
    private const int Height = 260;
    private const int Left = 48;
    private const int Bottom = 32;
    private const int Top = 12;
    private const int Right = 12;

    /// <summary>Horizontal bars with their names and values, longest first or as given.</summary>
    public static string Bars(IReadOnlyList<(string Name, double Value, string Label)> rows)
    {
        double most = rows.Count == 0 ? 1 : Math.Max(1e-9, rows.Max(row => row.Value));
        var html = new StringBuilder("<table class=\"bars\">");
        foreach ((string name, double value, string label) in rows)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Escape(name)}</th><td><div class=\"bar\" style=\"width:{Math.Max(0.3, 100 * value / most):F1}%\"></div></td><td class=\"number\">{Escape(label)}</td></tr>");
        }

        return html.Append("</table>").ToString();
    }

    /// <summary>Lines over steps, with a level line where one is given.</summary>
    public static string Lines(
        IReadOnlyList<(string Class, string Name, IReadOnlyList<(double X, double Y)> Points)> lines, (string Name, double Y)? level)
    {
        List<(double X, double Y)> all = [.. lines.SelectMany(line => line.Points)];
        if (all.Count == 0)
        {
            return "<p class=\"none\">No step was recorded.</p>";
        }

        double mostX = Math.Max(1, all.Max(point => point.X));
        double leastY = Math.Floor(Math.Min(all.Min(point => point.Y), level?.Y ?? double.MaxValue));
        double mostY = Math.Ceiling(Math.Max(all.Max(point => point.Y), level?.Y ?? double.MinValue));
        double X(double x) => Left + ((Width - Left - Right) * x / mostX);
        double Y(double y) => Top + ((Height - Top - Bottom) * (mostY - y) / Math.Max(1, mostY - leastY));

        var svg = new StringBuilder($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Loss in nats a token over steps\">");
        for (double y = leastY; y <= mostY; y++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):F1}\" y2=\"{Y(y):F1}\"/><text x=\"{Left - 8}\" y=\"{Y(y) + 4:F1}\" text-anchor=\"end\">{y:F0}</text>");
        }

        for (int i = 0; i <= 4; i++)
        {
            double x = mostX * i / 4;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(x):F1}\" y=\"{Height - 10}\" text-anchor=\"{(i == 0 ? "start" : i == 4 ? "end" : "middle")}\">{(i == 4 ? "step " : "")}{x:N0}</text>");
        }

        if (level is { } at)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"level\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(at.Y):F1}\" y2=\"{Y(at.Y):F1}\"/><text x=\"{Width - Right}\" y=\"{Y(at.Y) - 5:F1}\" text-anchor=\"end\">{Escape(at.Name)}</text>");
        }

        foreach ((string css, _, IReadOnlyList<(double X, double Y)> points) in lines)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"{css}\" points=\"");
            foreach ((double x, double y) in points)
            {
                svg.Append(CultureInfo.InvariantCulture, $"{X(x):F1},{Y(y):F1} ");
            }

            svg.Append("\"/>");
        }

        svg.Append("</svg><p class=\"legend\">");
        foreach ((string css, string name, _) in lines)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<span class=\"{css}\">{Escape(name)}</span> ");
        }

        return svg.Append("</p>").ToString();
    }

    /// <summary>Text that cannot become markup.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);
}
