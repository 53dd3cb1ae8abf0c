using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>The script and the style sheet of the dashboard.</summary>
internal static class DashboardFiles
{
    /// <summary>The script that keeps the page of a run up to date.</summary>
    public static string Script { get; } = Read("dashboard.js");

    /// <summary>The style sheet: the report's, and what only the dashboard has.</summary>
    public static string Style { get; } = PageStyle.Css + Read("dashboard.css");

    private static string Read(string name)
    {
        using Stream stream = typeof(DashboardFiles).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
