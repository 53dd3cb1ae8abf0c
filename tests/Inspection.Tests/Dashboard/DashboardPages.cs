using System.Text.RegularExpressions;
using DataForge.Inspection.Dashboard;

namespace DataForge.Inspection.Tests.Dashboard;

/// <summary>A dashboard with the addresses' defaults.</summary>
internal sealed class DashboardPages(IReadOnlyList<string> workspaces)
{
    private readonly Inspection.Dashboard.Dashboard _dashboard = new(workspaces, TimeProvider.System);

    public DashboardAnswer Start(int page = 1) => _dashboard.Start(page);

    public DashboardAnswer Run(string name, int workspace = 0) => _dashboard.Run(name, workspace);

    public DashboardAnswer Compare(string? left, string? right) => _dashboard.Compare(left, right);

    public DashboardAnswer Drops() => _dashboard.Drops();

    public IAsyncEnumerable<bool>? Changes(string name, CancellationToken cancellation) => _dashboard.Changes(name, 0, cancellation);
}

/// <summary>What holds for every page.</summary>
internal static class PageChecks
{
    private static readonly string[] Tags =
        ["main", "section", "details", "summary", "table", "tbody", "tr", "td", "th", "figure", "div", "span", "p", "svg", "nav", "header", "form", "ul"];

    /// <summary>No inline script, handler or style, nothing of other origins, balanced tags, landmarks, and headings in order.</summary>
    public static void AssertStrict(string page)
    {
        Assert.DoesNotMatch(new Regex(@"<script(?! src=""/dashboard\.js"" defer></script>)|https?:|\son\w+=|\sstyle=|<style|url\(|<img|<iframe"), page);
        Assert.All(Tags, tag => Assert.Equal(Regex.Count(page, $"<{tag}[ >]"), Regex.Count(page, $"</{tag}>")));
        Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<header>"));
        Assert.Single(Regex.Matches(page, "<main id=\"main\""));
        int[] levels = [.. Regex.Matches(page, "<h([1-6])[ >]").Select(heading => heading.Groups[1].Value[0] - '0')];
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }
}
