using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Inspection.Statistics;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Statistics;

[Collection(nameof(BuiltRun))]
public sealed class StatisticsTableTests(BuiltRun built)
{
    [Fact]
    public void Write_completeRun_fitsATerminalOf80Columns()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        string[] lines = Lines(built.Run);

        Assert.DoesNotContain(lines, line => line.Length > 80);
        Assert.Contains("duplicates (files)", lines);
        Assert.Contains("licences (files)", lines);
    }

    /// <summary>What no stage has counted yet has no title either.</summary>
    [Fact]
    public async Task Write_runWithoutADataset_leavesOutEmptyTables()
    {
        using var folder = new TemporaryFolder();
        folder.Write("src/bare/a.py", "print(1)\n");
        Run run = Run.Open(Workspace.Open(folder["w"]), "r");
        var options = new DataForgeOptions();
        options.Crawl.Sources = ["dir:" + folder["src/bare"]];
        await StageRunner.RunAsync(run, options, StageNames.Crawl, StageNames.Clean);

        string[] lines = Lines(run);

        Assert.Equal(
            ["from occurrences to the dataset (count, source bytes)", "dropped (occurrences, contents, threshold)"],
            lines.Skip(1).Where(line => line.Length > 0 && line[0] != ' '));
    }

    private static string[] Lines(Run run)
    {
        using var output = new StringWriter();
        StatisticsTable.Write(RunStatistics.Of(run), output);
        return output.ToString().Split('\n');
    }
}
