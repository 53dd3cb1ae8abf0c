using System.Text;
using DataForge.Corpus.Shards;
using DataForge.Inspection.Tracing;

namespace DataForge.Inspection.Tests.Tracing;

[Collection(nameof(BuiltRun))]
public sealed class MemorisationTests(BuiltRun built)
{
    [Fact]
    public void Of_answersForSamples_countsThemByTheLengthOfTheirRuns()
    {
        var report = Memorisation.Of("r", [Answer("a", 300, 300), Answer("b", 200, 130), Answer("c", 80, 61), Answer("d", 30, 24), Answer("e", 90, 0), Answer("f", 5, 0)]);
        Assert.Equal([(24, 4), (60, 3), (120, 2), (240, 1)], report.Spans.Select(span => (span.Tokens, span.Samples)));
        Assert.Equal((6, 1, 1), (report.Samples, report.TooShort, report.Whole));
        Assert.Equal(["a", "b", "c", "d"], report.Longest.Select(sample => sample.Sample));
        Assert.Equal(0.5, report.Spans[1].Share);
    }

    [Fact]
    public void Search_forAPieceOfATrainingFileAndForOtherText_findsTheFirst()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        string[] lines = LongestText().Split('\n');
        string copied = string.Join('\n', lines.Skip(lines.Length / 2).Take(60));
        string own = string.Concat(Enumerable.Range(0, 40).Select(i => $"zq{i} = xw{i} @ vk{i}[{i} - ph{i}]\n"));
        Snippet[] samples = [new("copied", Encoding.UTF8.GetBytes(copied)), new("own", Encoding.UTF8.GetBytes(own)), new("short", "x = 1\n"u8)];
        var report = Memorisation.Of("r", new DatasetTrace(built.Run, samples, 1).Search(2, default));
        Assert.Equal((3, 1, 1), (report.Samples, report.TooShort, report.Longest.Count));
        Assert.Equal("copied", report.Longest[0].Sample);
        Assert.Equal(report.Longest[0].Tokens, report.Longest[0].LongestRun);
        Assert.Equal(1, report.Whole);
    }

    private string LongestText()
    {
        string longest = "";
        foreach (string path in Directory.EnumerateFiles(built.Run.PathOf("3-dataset/data"), "*.parquet"))
        {
            using var shard = new CorpusShard.Reader(path);
            for (int group = 0; group < shard.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = shard.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    longest = rows.Text(row).Length > longest.Length ? Encoding.UTF8.GetString(rows.Text(row)) : longest;
                }
            }
        }

        return longest;
    }

    private static TraceAnswer Answer(string name, int tokens, int run) =>
        new() { Snippet = name, Tokens = tokens, Result = run > 0 ? "found" : "none", Files = run > 0 ? 1 : 0, LongestRun = run, Sources = [] };
}
