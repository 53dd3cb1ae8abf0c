using System.Text.RegularExpressions;
using DataForge.Inspection.Reporting;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Reporting;

[Collection(nameof(BuiltRun))]
public sealed class ReportPageTests(BuiltRun built)
{
    [Fact]
    public void Write_realRun_accountsForEveryOccurrence()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        ReportData data = ReportData.Of(built.Run);
        string page = ReportPage.Write(data);
        long kept = built.Run.Manifest.Totals("dedup")["occurrences.out"];
        Assert.Equal(data.Funnel[0].Count, kept + data.Dropped.Sum(drop => drop.Occurrences));
        Assert.All(data.Dropped, drop => Assert.Contains(
            $"<summary><span class=\"name\">{drop.Rule}</span>", page, StringComparison.Ordinal));
        Assert.All(data.Dropped, drop => Assert.NotEqual("", RuleWords.Of(drop.Rule)));
        Assert.Contains("No part of this run so far: pretrain.", page, StringComparison.Ordinal);
        Assert.Contains("Nothing has been trained in this run yet.", page, StringComparison.Ordinal);
    }

    /// <summary>The page asks for nothing from elsewhere and runs nothing.</summary>
    [Fact]
    public void Write_realRun_isSelfContained()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        string page = ReportPage.Write(ReportData.Of(built.Run));
        Assert.DoesNotMatch(new Regex(@"<script|https?:|\son\w+=|@import|url\(|<img|<iframe", RegexOptions.IgnoreCase), page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        foreach (string tag in new[] { "main", "section", "details", "summary", "table", "figure", "div", "span", "p" })
        {
            Assert.Equal(Regex.Count(page, $"<{tag}[ >]"), Regex.Count(page, $"</{tag}>"));
        }
    }

    [Fact]
    public void RuleWords_everyRuleOfTheDocument_hasALine()
    {
        string document = File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, "docs", "rules.md"));
        int from = document.IndexOf("## Rules about occurrences", StringComparison.Ordinal);
        int to = document.IndexOf("## Where the rules differ", StringComparison.Ordinal);
        string[] rules = [.. Regex.Matches(document[from..to], @"^\| ((?:`\w+`(?:, )?)+) \|", RegexOptions.Multiline)
            .SelectMany(row => Regex.Matches(row.Groups[1].Value, @"\w+").Select(name => name.Value))];
        Assert.True(rules.Length > 25, string.Join(" ", rules));
        Assert.All(rules.Concat(["exact_duplicate", "near_duplicate"]), rule => Assert.NotEqual("", RuleWords.Of(rule)));
        IEnumerable<string> names = typeof(Corpus.RuleNames).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.All(names, rule => Assert.NotEqual("", RuleWords.Of(rule)));
    }

    [Theory]
    [InlineData(5.2, 7.9, 5, 8)]
    [InlineData(1.31, 1.44, 1.3, 1.45)]
    [InlineData(3, 3, 3, 3.001)]
    [InlineData(0.2, 38, 0, 40)]
    public void AxisScale_anyRange_holdsItWithAFewMarks(double least, double most, double from, double to)
    {
        AxisScale scale = AxisScale.Of([least, most]);
        Assert.Equal(from, scale.Min, 6);
        Assert.Equal(to, scale.Max, 6);
        Assert.InRange((scale.Max - scale.Min) / scale.Tick, 0.9, 7);
    }

    [Fact]
    public void Bars_manyLengths_areInProportionAndEscaped()
    {
        string html = Charts.Bars("x", [new("<a>", 200, "200"), new("b", 50, "50"), new("c", 0, "0")]);
        Assert.Contains("&lt;a&gt;", html, StringComparison.Ordinal);
        Assert.Contains("width=\"100.0%\"", html, StringComparison.Ordinal);
        Assert.Contains("width=\"25.0%\"", html, StringComparison.Ordinal);
        Assert.Contains("width=\"0\"", html, StringComparison.Ordinal);
    }
}
