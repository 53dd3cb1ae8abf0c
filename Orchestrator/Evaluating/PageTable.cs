using System.Globalization;
using System.Text;
using DataForge.Inspection.Reporting;

namespace DataForge.Orchestrator.Evaluating;

/// <summary>A table of a page: names in its first column, figures in the others.</summary>
internal sealed class PageTable
{
    private readonly StringBuilder _html = new("<div class=\"scroll\"><table><thead><tr>");

    /// <summary>Begins a table.</summary>
    /// <param name="first">The heading of the names.</param>
    /// <param name="others">The headings of the figures.</param>
    public PageTable(string first, IReadOnlyList<string> others)
    {
        _html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Charts.Escape(first)}</th>");
        foreach (string other in others)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\" class=\"n\">{Charts.Escape(other)}</th>");
        }

        _html.Append("</tr></thead><tbody>");
    }

    /// <summary>Adds a row.</summary>
    public void Row(string name, IReadOnlyList<string> figures)
    {
        _html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Charts.Escape(name)}</th>");
        foreach (string figure in figures)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Charts.Escape(figure)}</td>");
        }

        _html.Append("</tr>");
    }

    /// <summary>The table as HTML.</summary>
    public override string ToString() => _html + "</tbody></table></div>";
}
