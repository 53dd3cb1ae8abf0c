using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.Reporting;

[Collection(nameof(SharedBuild))]
public sealed class ReportCommandTests(SharedBuild built)
{
    /// <summary>The page of a run that goes on is made again; that of a run that has not changed is not.</summary>
    [Fact]
    public async Task Report_madeTwice_isMadeAgainOnlyWhereTheRunWentOn()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        await DataForgeProcess.SucceedAsync(built.Build.Arguments("w", run: "reported"));
        Run run = Run.Open(built.Run.Workspace, "reported");
        string before = ReportStage.InputHash(run);
        string[] report = ["report", "--workspace", built.Workspace, "--run", "reported"];
        await DataForgeProcess.RunAsync(report);
        Assert.Equal(before, ReportStage.InputHash(run));
        using (var log = new EventLog(run.EventsFolder, TimeProvider.System))
        {
            log.Write(new StageStarted("pretrain"));
            log.Write(new TrainingStep(1, 4, 3.5, 100, 1e-3, 1, null, 1));
        }

        Assert.NotEqual(before, ReportStage.InputHash(run));
        await DataForgeProcess.SucceedAsync(report);
        string page = await File.ReadAllTextAsync(run.PathOf("6-report/index.html"), TestContext.Current.CancellationToken);
        Assert.Contains("step 1 of 4: running or interrupted", page, StringComparison.Ordinal);
    }
}
