using System.Text.RegularExpressions;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.Reporting;

public sealed class ReportPageTests(InspectedBuild built) : IClassFixture<InspectedBuild>
{
    [Fact]
    public void Write_realRun_accountsForEveryOccurrence()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
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
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        string page = ReportPage.Write(ReportData.Of(built.Run));
        Assert.DoesNotMatch(new Regex(@"<script|https?:|\son\w+=|@import|url\(|<img|<iframe", RegexOptions.IgnoreCase), page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        foreach (string tag in new[] { "main", "section", "details", "summary", "table", "figure", "div", "span", "p" })
        {
            Assert.Equal(Regex.Count(page, $"<{tag}[ >]"), Regex.Count(page, $"</{tag}>"));
        }
    }

    /// <summary>A page of a run that goes on is drawn again; one of a run that has not changed is not.</summary>
    [Fact]
    public async Task Report_drawnTwice_isDrawnAnewOnlyWhereTheRunWentOn()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        Run run = built.Run;
        string before = ReportStage.InputHash(run);
        await DataForgeProcess.RunAsync("report", "--workspace", built.Workspace, "--run", "r");
        Assert.Equal(before, ReportStage.InputHash(run));
        string[] logs = Directory.GetFiles(run.EventsFolder);
        using (var log = new Corpus.Events.EventLog(run.EventsFolder, TimeProvider.System))
        {
            log.Write(new Corpus.Events.StageStarted("pretrain"));
            log.Write(new Corpus.Events.TrainingStep(1, 4, 3.5, 100, 1e-3, 1, null, 1));
        }

        try
        {
            Assert.NotEqual(before, ReportStage.InputHash(run));
            (int code, string output, string error) = await DataForgeProcess.RunAsync("report", "--workspace", built.Workspace, "--run", "r");
            Assert.True(code == 0, output + error);
            Assert.Contains("step 1 of 4: under way or interrupted", await File.ReadAllTextAsync(run.PathOf("6-report/index.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            // The other tests look at the same run, before or after this one.
            Directory.GetFiles(run.EventsFolder).Except(logs).ToList().ForEach(File.Delete);
        }
    }

    [Fact]
    public void RuleWords_everyRuleOfTheDocument_hasALine()
    {
        string document = File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, "docs", "rules.md"));
        string tables = document[document.IndexOf("## Rules about occurrences", StringComparison.Ordinal)..document.IndexOf("## Where the rules differ", StringComparison.Ordinal)];
        string[] rules = [.. Regex.Matches(tables, @"^\| ((?:`\w+`(?:, )?)+) \|", RegexOptions.Multiline).SelectMany(row => Regex.Matches(row.Groups[1].Value, @"\w+").Select(name => name.Value))];
        Assert.True(rules.Length > 25, string.Join(" ", rules));
        Assert.All(rules.Concat(["exact_duplicate", "near_duplicate"]), rule => Assert.NotEqual("", RuleWords.Of(rule)));
        Assert.All(typeof(Corpus.RuleNames).GetFields(), field => Assert.NotEqual("", RuleWords.Of((string)field.GetRawConstantValue()!)));
    }

    [Theory]
    [InlineData(5.2, 7.9, 5, 8)]
    [InlineData(1.31, 1.44, 1.3, 1.45)]
    [InlineData(3, 3, 3, 3.001)]
    [InlineData(0.2, 38, 0, 40)]
    public void Scale_anyRange_holdsItWithAFewMarks(double least, double most, double from, double to)
    {
        Scale scale = Scale.Of([least, most]);
        Assert.Equal(from, scale.Least, 6);
        Assert.Equal(to, scale.Most, 6);
        Assert.InRange((scale.Most - scale.Least) / scale.Mark, 0.9, 7);
    }

    [Fact]
    public void Bars_manyLengths_areInProportionAndEscaped()
    {
        string html = Charts.Bars("x", [new("<a>", 200, "200"), new("b", 50, "50"), new("c", 0, "0")]);
        Assert.Contains("&lt;a&gt;", html, StringComparison.Ordinal);
        Assert.Contains("width:100.0%", html, StringComparison.Ordinal);
        Assert.Contains("width:25.0%", html, StringComparison.Ordinal);
        Assert.Contains("width:0\"", html, StringComparison.Ordinal);
    }
}
