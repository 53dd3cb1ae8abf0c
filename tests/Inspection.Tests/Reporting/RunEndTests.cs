using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Tests.Dashboard;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Reporting;

public sealed class RunEndTests : IDisposable
{
    private const string Reason = "the disk is <full>";
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_failedRun_saysWhy()
    {
        WrittenRun run = Failed();
        string before = ReportStage.InputHash(run.Run);
        Report(run, "20260102-1");

        string page = ReportPage.Write(ReportData.Of(run.Run));
        Assert.Contains("This run failed</h2><pre>the disk is &lt;full&gt;</pre>", page, StringComparison.Ordinal);
        Assert.Contains("Not finished: clean.", page, StringComparison.Ordinal);
        Assert.Equal(before, ReportStage.InputHash(run.Run));

        // It went on, and all is well.
        run.Log("20260103-1", new RunStarted("r", "", "1", [StageNames.Clean]), new StageFinished("clean", 1), new RunFinished("r", "done", null, 1));
        Assert.DoesNotContain("failed", ReportPage.Write(ReportData.Of(run.Run)), StringComparison.Ordinal);
        Assert.NotEqual(before, ReportStage.InputHash(run.Run));
    }

    [Fact]
    public void Run_reportAfterAFailure_isStillShownAsFailed()
    {
        WrittenRun run = Failed();
        Report(run, "20260102-1");
        var pages = new DashboardPages([_folder["w"]]);

        Assert.Contains(">failed</span>", pages.Start().Html, StringComparison.Ordinal);
        string page = pages.Run("r").Html;
        Assert.Contains("state failed", page, StringComparison.Ordinal);
        Assert.Contains("<pre>the disk is &lt;full&gt;</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_onlyAReport_hasItsState()
    {
        Report(new WrittenRun(_folder["w"], "r"), "20260102-1");
        Assert.Contains(">done</span>", new DashboardPages([_folder["w"]]).Start().Html, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private WrittenRun Failed()
    {
        var run = new WrittenRun(_folder["w"], "r");
        run.Log(
            "20260101-1", new RunStarted("r", "", "1", [StageNames.Crawl, StageNames.Clean]), new StageStarted("clean"),
            new RunFinished("r", "failed", Reason, 1));
        return run;
    }

    private static void Report(WrittenRun run, string log) => run.Log(
        log, new RunStarted("r", "", "1", [StageNames.Report]), new StageStarted("report"), new StageFinished("report", 1),
        new RunFinished("r", "done", null, 1));
}
