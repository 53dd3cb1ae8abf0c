using System.Globalization;
using System.Text.RegularExpressions;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Inspection.Explanation;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Inspection.Tests.Explanation;

[Collection(nameof(BuiltRun))]
public sealed class FileExplanationTests(BuiltRun built)
{
    [Fact]
    public void Explain_oneFileOfEachKind_saysWhatHappenedToIt()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        using ExplanationIndex index = ExplanationIndex.Open(built.Run);
        List<DroppedFile> dropped = [.. Directory.EnumerateFiles(built.Run.PathOf("dropped"), "*.parquet", SearchOption.AllDirectories)
            .SelectMany(DroppedShard.Read)];
        List<CorpusFile> files = built.Dataset();

        foreach (DroppedFile row in dropped.GroupBy(row => (row.Rule, row.Level)).Select(group => group.First()))
        {
            string byOccurrence = FileExplanation.Explain(index, $"{row.Repository} {row.Path}");
            string value = row.Value.Length > 0 ? $": {row.Value}" : "";
            string finding = $"by rule {row.Rule}{value}{(row.Threshold.Length > 0 ? $" (threshold {row.Threshold})" : "")}\n";
            Assert.Contains(finding, byOccurrence, StringComparison.Ordinal);
            Assert.Contains($"{row.Repository} {row.Path} (snapshot 1", byOccurrence, StringComparison.Ordinal);
            if (row.Level == DropLevel.Content)
            {
                string byId = FileExplanation.Explain(index, row.BlobId!.Value.ToString());
                Assert.StartsWith($"content {row.BlobId}: dropped as a content, by {row.Rule}\n", byId, StringComparison.Ordinal);
                Assert.Contains(finding, byId, StringComparison.Ordinal);
            }

            if (row.Twin is { } twin)
            {
                CorpusFile other = files.Single(file => file.BlobId == twin);
                string similarity = row.Jaccard!.Value.ToString(CultureInfo.InvariantCulture);
                Assert.Contains(
                    $"its kept twin is {twin} ({other.Repository.Name} {other.Path}), Jaccard similarity {similarity}\n", byOccurrence,
                    StringComparison.Ordinal);
            }
        }

        for (int row = 0; row < files.Count; row += 40)
        {
            CorpusFile file = files[row];
            string explanation = FileExplanation.Explain(index, file.BlobId.ToString());
            Assert.StartsWith($"content {file.BlobId}: kept, in the dataset\n", explanation, StringComparison.Ordinal);
            string licence = $"  licence {file.License} ({file.LicenseClass.Name()}), by {file.LicenseEvidence}; ";
            Assert.Contains(licence, explanation, StringComparison.Ordinal);
            Assert.Contains($"  dataset: 3-dataset/data/train-00000-of-00001.parquet, row {row}\n", explanation, StringComparison.Ordinal);
            string byOccurrence = FileExplanation.Explain(index, $"{file.Repository.Name} {file.Path}");

            // The same lines; the occurrence asked for comes first, where a content is found at several places.
            string[] lines = explanation.Split('\n');
            Assert.Equal(lines.Order(StringComparer.Ordinal), byOccurrence.Split('\n').TakeLast(lines.Length).Order(StringComparer.Ordinal));
        }

        Assert.Throws<DataForgeException>(() => FileExplanation.Explain(index, new string('0', 40)));
    }

    /// <summary>The tokens of the range, decoded by the vocabulary alone, give the file.</summary>
    [Fact]
    public void Explain_keptFile_namesTheTokensThatDecodeToIt()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        using ExplanationIndex index = ExplanationIndex.Open(built.Run);
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(built.Run.PathOf("4-tokens"));
        using var shard = new CorpusShard.Reader(built.Run.PathOf("3-dataset/data/train-00000-of-00001.parquet"));
        using CorpusShard.Rows rows = shard.ReadRowGroup(0);
        for (int row = 0; row < rows.Count; row += 25)
        {
            string explanation = FileExplanation.Explain(index, rows.Id(row).ToString());
            Match place = Regex.Match(explanation, @"tokens: (\S+), document (\d+), tokens (\d+) to (\d+)\n");
            Assert.True(place.Success);
            using var tokens = new TokenShard(built.Run.PathOf(place.Groups[1].Value));
            int first = int.Parse(place.Groups[3].ValueSpan, CultureInfo.InvariantCulture);
            int last = int.Parse(place.Groups[4].ValueSpan, CultureInfo.InvariantCulture);
            var text = new List<byte>();
            foreach (ushort token in tokens.AllTokens[(first + 1)..last])
            {
                text.AddRange(vocabulary.BytesOf(token));
            }

            Assert.True(rows.Text(row).SequenceEqual(text.ToArray()), place.Value);
        }
    }

    /// <summary>Every rule that applied is shown with what it measured; for a dropped file, with its row's value.</summary>
    [Fact]
    public void Explain_anyContent_showsEveryRuleAboutTextWithItsMeasure()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        using ExplanationIndex index = ExplanationIndex.Open(built.Run);
        List<AppliedRule> rules = [.. AppliedRules.Of(built.Run).SkipWhile(rule => rule.Rule != "size")];
        Assert.Equal(7, rules.Count);
        foreach (CorpusFile file in built.Dataset().Where((_, i) => i % 40 == 0))
        {
            string explanation = FileExplanation.Explain(index, file.BlobId.ToString());
            Assert.All(rules, rule =>
                Assert.Matches($@"\n    {rule.Rule} .* \({Regex.Escape($"{rule.Bound} {rule.Threshold}")}\)\n", explanation));
            Assert.Contains($"\n    lines_min {file.Lines} (at least 5)\n", explanation, StringComparison.Ordinal);
            Assert.Contains($"\n    size {file.Size} (at most 1048575)\n", explanation, StringComparison.Ordinal);
        }

        IEnumerable<DroppedFile> dropped = Directory.EnumerateFiles(built.Run.PathOf("dropped/2-clean"), "part-*.parquet")
            .SelectMany(DroppedShard.Read)
            .Where(row => row.Level == DropLevel.Content && rules.Any(rule => rule.Rule == row.Rule));
        foreach (DroppedFile row in dropped.GroupBy(row => row.Rule).SelectMany(group => group.Take(5)))
        {
            AppliedRule rule = rules.First(rule => rule.Rule == row.Rule);
            Assert.Contains(
                $"\n    {row.Rule} {row.Value} ({rule.Bound} {row.Threshold}): the rule that dropped it\n",
                FileExplanation.Explain(index, row.BlobId!.Value.ToString()), StringComparison.Ordinal);
        }
    }

    /// <summary>The redactions in all explanations are those that the run counted, kind by kind.</summary>
    [Fact]
    public void Explain_allContents_showTheRedactionsThatTheRunCounted()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        using ExplanationIndex index = ExplanationIndex.Open(built.Run);
        var shown = new SortedDictionary<string, long>(StringComparer.Ordinal);
        IEnumerable<string> shards = built.Run.Manifest.Entries("clean").SelectMany(entry => entry.Outputs).Select(output => output.Path)
            .Where(path => path.StartsWith("2-clean/part-", StringComparison.Ordinal));
        foreach (string path in shards)
        {
            using var shard = new CorpusShard.Reader(built.Run.PathOf(path));
            for (int group = 0; group < shard.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = shard.ReadRowGroup(group);
                foreach (CorpusFile file in Enumerable.Range(0, rows.Count).Select(rows.File).Where(file => file.ContentId != file.BlobId))
                {
                    string explanation = FileExplanation.Explain(index, file.BlobId.ToString());
                    foreach (Match match in Regex.Matches(explanation, @"\n  redacted: (\d+) (\S+) on line "))
                    {
                        string kind = match.Groups[2].Value;
                        shown[kind] = shown.GetValueOrDefault(kind) + long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                    }
                }
            }
        }

        Assert.NotEmpty(shown);
        Dictionary<string, long> counted = built.Run.Manifest.TotalCounts("clean").Items
            .Where(count => count.Name.Name.StartsWith("redacted.", StringComparison.Ordinal))
            .ToDictionary(count => count.Name.Name["redacted.".Length..], count => count.Value);
        Assert.Equal(counted, shown.ToDictionary());
    }

    /// <summary>An index of an earlier version is removed; one of the run as it is is used again.</summary>
    [Fact]
    public void Open_formerIndex_isReplaced()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        ExplanationIndex.Open(built.Run).Dispose();
        File.Delete(built.Run.PathOf("index/explanations.bin"));
        File.WriteAllText(built.Run.PathOf("index/stories.bin"), "DFSTORY2");
        int builds = 0;
        ExplanationIndex.Open(built.Run, () => builds++).Dispose();
        ExplanationIndex.Open(built.Run, () => builds++).Dispose();
        Assert.Equal(1, builds);
        Assert.False(File.Exists(built.Run.PathOf("index/stories.bin")));
    }
}
