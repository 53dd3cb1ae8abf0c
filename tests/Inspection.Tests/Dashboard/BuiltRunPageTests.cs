using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Dashboard;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Statistics;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Dashboard;

[Collection(nameof(BuiltRun))]
public sealed class BuiltRunPageTests(BuiltRun built)
{
    /// <summary>What stats --json prints is the only source of what is expected here.</summary>
    [Fact]
    public void Run_realRun_showsTheFiguresOfStats()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        using JsonDocument stats = JsonDocument.Parse(CanonicalJson.Write(RunStatistics.Of(built.Run)));
        string page = Page().Html;
        JsonElement figures = stats.RootElement.GetProperty("figures");
        foreach (JsonElement step in figures.GetProperty("funnel").EnumerateArray())
        {
            AssertBar(page, step.GetProperty("name").GetString()!, step.GetProperty("count").GetInt64());
        }

        JsonElement[] rules = [.. figures.GetProperty("rules").EnumerateArray().Where(rule => rule.GetProperty("occurrences").GetInt64() > 0)];
        Assert.True(rules.Length > 2);
        Assert.All(rules, rule => AssertBar(page, rule.GetProperty("rule").GetString()!, rule.GetProperty("occurrences").GetInt64()));
        foreach (JsonElement licence in figures.GetProperty("licenses").EnumerateArray().Take(20))
        {
            AssertBar(page, licence.GetProperty("name").GetString()!, licence.GetProperty("files").GetInt64());
        }

        AssertSameValues(page, "sizes", figures.GetProperty("sizes"));
        AssertSameValues(page, "duplicates", stats.RootElement.GetProperty("jaccard"));
        Assert.NotEmpty(stats.RootElement.GetProperty("jaccard").EnumerateArray());
        JsonElement duplicates = figures.GetProperty("duplicates");
        Assert.Contains(
            $"<p>{N(duplicates, "exact")} exact and {N(duplicates, "near")} near duplicates dropped; {N(duplicates, "clusteredFiles")} files in "
            + $"{N(duplicates, "clusters")} groups of near duplicates, {N(duplicates, "largestCluster")} in the largest.</p>",
            page, StringComparison.Ordinal);
        JsonElement tokens = stats.RootElement.GetProperty("tokens");
        Assert.Contains(
            $"{N(tokens, "training")} tokens to train on, {N(tokens, "validation")} held out to validate, from a vocabulary of "
            + $"{N(tokens, "vocabulary")}.", page, StringComparison.Ordinal);
        Assert.Contains(
            $"recall {figures.GetProperty("audit").GetProperty("pairsFound").GetProperty("share").GetDouble():0.######} ", page,
            StringComparison.Ordinal);
    }

    /// <summary>A copy of the workspace's runs shows the same, but for the time of its last change.</summary>
    [Fact]
    public void Run_copiedFolder_showsTheSame()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        using var copy = new TemporaryFolder();
        string target = copy["runs", "r"];
        foreach (string file in Directory.EnumerateFiles(built.Run.Folder, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(target, Path.GetRelativePath(built.Run.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        string copied = new DashboardPages([copy.Path]).Run("r").Html;
        Assert.Equal(Stable(Page().Html), Stable(copied));

        static string Stable(string html) =>
            Regex.Replace(html[(html.IndexOf("data-part=\"tiles\"", StringComparison.Ordinal))..], "<time.*?</time>", "");
    }

    [Fact]
    public void Pages_realRun_areWellFormedAndAskNothingOfOthers()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        DashboardPages pages = new([built.Run.Workspace.Folder]);
        string[] all = [pages.Start().Html, pages.Run("r").Html, pages.Compare("r", "r").Html, pages.Drops().Html];
        Assert.All(all, PageChecks.AssertStrict);
    }

    [Fact]
    public void Compare_sameRun_hasNoDifference()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        string page = new DashboardPages([built.Run.Workspace.Folder]).Compare("r", "r").Html;
        string[] differences = [.. Regex.Matches(page, "<td class=\"n\">([^<]*)</td></tr>").Select(cell => cell.Groups[1].Value)];
        Assert.True(differences.Length > 20);
        Assert.All(differences, difference => Assert.Equal("none", difference));
    }

    private DashboardAnswer Page() => new DashboardPages([built.Run.Workspace.Folder]).Run("r");

    private static string N(JsonElement figures, string name) => ReportFormat.Number(figures.GetProperty(name).GetInt64());

    private static void AssertBar(string page, string name, long value) => Assert.Matches(
        $"<span class=\"name\">{Regex.Escape(WebUtility.HtmlEncode(name))}</span><svg[^>]*><rect[^>]*/></svg>"
        + $"<span class=\"number\">{ReportFormat.Number(value)}(<| )", page);

    // The bars of a section have the values of the figures, in their order.
    private static void AssertSameValues(string page, string part, JsonElement figures)
    {
        int from = page.IndexOf($"data-part=\"{part}\"", StringComparison.Ordinal);
        string section = page[from..page.IndexOf("</section>", from, StringComparison.Ordinal)];
        Assert.Equal(
            figures.EnumerateArray().Select(figure => N(figure, "files")),
            Regex.Matches(section, "<span class=\"number\">([^<]*)</span>").Select(bar => bar.Groups[1].Value));
    }
}
