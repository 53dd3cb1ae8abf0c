using System.Text;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>The common parts of all pages of the dashboard: head, navigation, and what is replaced while a run is active.</summary>
internal static class PageShell
{
    private static readonly (string Address, string Name)[] Pages = [("/", "Runs"), ("/compare", "Compare"), ("/drops", "Drops over time")];

    /// <summary>A page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="address">Its address, which the navigation marks.</param>
    /// <param name="main">Its content.</param>
    /// <param name="live">The run that the content is kept up to date with; null for none.</param>
    public static string Write(string title, string address, string main, ListedRun? live = null)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
            .Append($"<title>{Charts.Escape(title)} · DataForge</title>")
            .Append("<link rel=\"stylesheet\" href=\"/dashboard.css\"><script src=\"/dashboard.js\" defer></script></head><body>")
            .Append("<a class=\"skip\" href=\"#main\">Skip to the content</a>")
            .Append("<header><span class=\"brand\">DataForge</span><nav aria-label=\"Pages\">");
        foreach ((string target, string name) in Pages)
        {
            string current = target == address ? " aria-current=\"page\"" : "";
            page.Append($"<a href=\"{target}\"{current}>{name}</a>");
        }

        string attributes = live is null
            ? ""
            : $" data-live=\"{Charts.Escape(live.LiveAddress)}\" data-fragment=\"{Charts.Escape(live.FragmentAddress)}\"";
        return page.Append($"</nav></header><main id=\"main\"{attributes}>{main}</main></body></html>\n").ToString();
    }

    /// <summary>A part of a page, which the script replaces where its content changed.</summary>
    public static string Part(string name, string html) => $"<div data-part=\"{name}\">{html}</div>";

    /// <summary>A section as a part of its own.</summary>
    public static string Part(PageSection section) => Part(section.Name, ReportSections.Write(section));

    /// <summary>A page that says in a line why there is nothing to show.</summary>
    public static string Message(string title, string text) =>
        Write(title, "", $"<h1>{Charts.Escape(title)}</h1><p>{Charts.Escape(text)}</p>");

    /// <summary>A time in UTC, as text and for programs.</summary>
    public static string Time(DateTimeOffset time) =>
        $"<time datetime=\"{time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\">{time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC</time>";

    /// <summary>A run's state as a word with a mark.</summary>
    public static string State(RunState state) => $"<span class=\"state {RunStates.Word(state)}\">{RunStates.Word(state)}</span>";
}
