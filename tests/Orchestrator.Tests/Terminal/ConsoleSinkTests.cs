using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Tests.Terminal;

public sealed class ConsoleSinkTests
{
    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(61, "1:01 min")]
    [InlineData(3600 + (62 * 60), "2:02 h")]
    [InlineData(100 * 3600, "4.2 days")]
    [InlineData(double.PositiveInfinity, "unknown")]
    public void Duration_anyLength_isInAUnitThatReads(double seconds, string expected) => Assert.Equal(expected, Figures.Duration(seconds));

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Write_anyWidth_noRowReachesTheLastColumn(int width)
    {
        foreach (string row in Shown(width).Split('\n', '\r'))
        {
            Assert.True(row.Length < width, row);
        }
    }

    [Fact]
    public void Write_narrowTerminal_leavesOutWholeFiguresAndIndentsWhatFollows()
    {
        string shown = Shown(40);
        Assert.Contains("\rclean      50 %  20.0 MB/s  5.0 s left", shown, StringComparison.Ordinal);
        Assert.Contains("\rpretrain  step 5/1,200  loss 5.344     ", shown, StringComparison.Ordinal);
        Assert.Contains("\n          ", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('█', shown);
        Assert.Contains("████████░░░░░░░░", Shown(80), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_toAFile_hasPlainLinesOfAnyLengthAndNothingThatRewrites()
    {
        var output = new StringWriter();
        WriteAll(new ConsoleSink(output, isTerminal: false, () => throw new InvalidOperationException("a file has no width")));
        Assert.DoesNotContain('\r', output.ToString());
        Assert.Contains("dropped: ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains(output.ToString().Split('\n'), line => line.Length > 80);
    }

    [Theory]
    [InlineData("clean", 0, true)]
    [InlineData("dedup", 0, true)]
    [InlineData("dedup", 1, false)]
    [InlineData("crawl", 0, false)]
    public void Write_stageThatKeptNoFile_warns(string stage, int kept, bool warns)
    {
        var output = new StringWriter();
        var sink = new ConsoleSink(output, isTerminal: false, () => 80);
        sink.Write(new StageStarted(stage));
        sink.Write(new PartDone(stage, "part-00000", false, 1, CountTable.FromJson($$"""{"contents.out":{{kept}},"dropped.license":7}""")));
        sink.Write(new StageFinished(stage, 1));
        sink.Dispose();
        Assert.Equal(warns, output.ToString().Contains("no file was kept", StringComparison.Ordinal));
    }

    private static string Shown(int width)
    {
        var output = new StringWriter();
        WriteAll(new ConsoleSink(output, isTerminal: true, () => width));
        return output.ToString();
    }

    private static void WriteAll(ConsoleSink sink)
    {
        var counts = CountTable.FromJson(
            """{"contents.out":12345,"bytes.out":9876543210,"dropped.keywords_min":1234567,"dropped.license":7,"dropped.line_max":3}""");
        sink.Write(new StageStarted("clean"));
        sink.Write(new StageAdvanced("clean", "bytes", 100_000_000, 200_000_000, 5));
        sink.Write(new TrainingStep(5, 1200, 5.344, 10_861, 1e-3, 1, null, 67));
        sink.Write(new PartDone("clean", "part-00000", false, 1, counts));
        sink.Write(Note.Warning(
            "of 5 repositories no 10 can be held out with none above 15 % of them and at most 25 % of the whole; 1 are. Add sources."));
        sink.Write(new FileFault(
            "crawl", "a/repository/of/some/length and/a/path/of/some/length.py", "encoding", "not UTF-8, and no encoding is declared"));
        sink.Write(new StageFinished("clean", 3.5));
        sink.Write(new RunFinished("r", "done", null, 3700));
        sink.Dispose();
    }
}
