using DataForge.Testing;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Inspection.Explanation;

namespace DataForge.EndToEnd.Tests;

public sealed class InspectionTests(InspectedBuild built) : IClassFixture<InspectedBuild>
{
    [Fact]
    public async Task Stats_json_hasTheFiguresOfTheCard_andThoseOfTheShards()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        (int code, string output, string error) = await DataForgeProcess.RunAsync("stats", "--json", "--workspace", built.Workspace, "--run", "r");
        Assert.True(code == 0, output + error);
        JsonNode figures = JsonNode.Parse(output)!["figures"]!;
        string card = File.ReadAllText(built.Run.PathOf("3-dataset/README.md"));

        JsonNode dataset = figures["dataset"]!;
        Assert.Equal(Number(dataset["files"]), Field(card, "num_examples"));
        Assert.Equal(Number(dataset["bytes"]), Field(card, "num_bytes"));
        Assert.Equal(Number(dataset["shardBytes"]), Field(card, "download_size"));
        Assert.Contains($"{Printed(dataset["files"])} distinct Python files ({Printed(dataset["bytes"])} source bytes) of {Printed(dataset["repositories"])} repositories, found at {Printed(dataset["occurrences"])} places", card, StringComparison.Ordinal);
        Same(card, figures["funnel"]!, step => [$"{step["name"]}", Printed(step["count"]), Printed(step["bytes"])]);
        Same(card, figures["rules"]!, rule => [$"{rule["stage"]}", $"{rule["rule"]}", string.Join("; ", rule["thresholds"]!.AsArray()), Printed(rule["occurrences"]), Printed(rule["contents"])]);
        Same(card, figures["licenses"]!, license => [$"{license["name"]}", Printed(license["files"])]);
        Same(card, figures["licenseClasses"]!, license => [$"{license["name"]}", Printed(license["files"])]);
        Same(card, figures["topRepositories"]!, repository => [$"{repository["name"]}", Printed(repository["files"]), Printed(repository["bytes"])]);
        JsonNode duplicates = figures["duplicates"]!;
        Assert.Contains($"{Printed(duplicates["exact"])} exact and {Printed(duplicates["near"])} near duplicates left. {Printed(duplicates["clusters"])} groups of near duplicates hold {Printed(duplicates["clusteredFiles"])} files, the largest {Printed(duplicates["largestCluster"])}.", card, StringComparison.Ordinal);
        foreach ((string name, string row) in new[] { ("pairsFound", "recall: "), ("dropsConfirmed", "precision: ") })
        {
            JsonNode share = figures["audit"]![name]!;
            Assert.Matches($@"\| {row}[^|]*\| {Rounded(share["share"])} \| {Rounded(share["low"])} to {Rounded(share["high"])} \| {Printed(share["of"])} \|", card);
        }

        // And both are true: counted from the rows.
        List<CorpusFile> files = Dataset();
        Assert.Equal(files.Count, Number(dataset["files"]));
        Assert.Equal(files.Sum(file => file.Size), Number(dataset["bytes"]));
        Assert.Equal(files.Sum(file => (long)file.Copies), Number(dataset["occurrences"]));
        Assert.Equal(files.Select(file => file.Repository.Name).Distinct().Count(), Number(dataset["repositories"]));
        Assert.Equal(
            files.GroupBy(file => file.License).ToDictionary(group => group.Key, group => (long)group.Count()).OrderBy(pair => pair.Key),
            figures["licenses"]!.AsArray().ToDictionary(license => $"{license!["name"]}", license => Number(license!["files"])).OrderBy(pair => pair.Key));

        // Copyright lines stand in NOTICE as they stand in the rows.
        HashSet<string> notice = [.. File.ReadAllText(built.Run.PathOf("3-dataset/NOTICE")).Split('\n')];
        Assert.All(files.SelectMany(file => file.Copyright).Distinct().Where(line => !line.Contains('\n')), line => Assert.Contains("    " + line, notice));

        (code, output, error) = await DataForgeProcess.RunAsync("stats", "--workspace", built.Workspace, "--run", "r");
        Assert.True(code == 0, output + error);
        Assert.Contains("duplicates (files)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_oneFileOfEachKind_tellsItsStory()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        using StoryIndex index = StoryIndex.Open(built.Run);
        List<DroppedFile> dropped = [.. Directory.EnumerateFiles(built.Run.PathOf("dropped"), "*.parquet", SearchOption.AllDirectories).SelectMany(DroppedShard.Read)];
        List<CorpusFile> files = Dataset();

        foreach (DroppedFile row in dropped.GroupBy(row => (row.Rule, row.Level)).Select(group => group.First()))
        {
            string byPlace = Story.Tell(index, $"{row.Repository} {row.Path}");
            string finding = $"by rule {row.Rule}{(row.Value.Length > 0 ? $": {row.Value}" : "")}{(row.Threshold.Length > 0 ? $" (threshold {row.Threshold})" : "")}\n";
            Assert.Contains(finding, byPlace, StringComparison.Ordinal);
            Assert.Contains($"{row.Repository} {row.Path} (snapshot 1", byPlace, StringComparison.Ordinal);
            if (row.Level == DropLevel.Content)
            {
                string byId = Story.Tell(index, row.BlobId!.Value.ToString());
                Assert.StartsWith($"content {row.BlobId}: dropped as a content, by {row.Rule}\n", byId, StringComparison.Ordinal);
                Assert.Contains(finding, byId, StringComparison.Ordinal);
            }

            if (row.Twin is { } twin)
            {
                CorpusFile other = files.Single(file => file.BlobId == twin);
                Assert.Contains($"its kept twin is {twin} ({other.Repository.Name} {other.Path}), Jaccard similarity {row.Jaccard!.Value.ToString(CultureInfo.InvariantCulture)}\n", byPlace, StringComparison.Ordinal);
            }
        }

        for (int row = 0; row < files.Count; row += 40)
        {
            CorpusFile file = files[row];
            string story = Story.Tell(index, file.BlobId.ToString());
            Assert.StartsWith($"content {file.BlobId}: kept, in the dataset\n", story, StringComparison.Ordinal);
            Assert.Contains($"  licence {file.License} ({file.LicenseClass.Name()}), by {file.LicenseEvidence}; ", story, StringComparison.Ordinal);
            Assert.Contains($"  dataset: 3-dataset/data/train-00000-of-00001.parquet, row {row}\n", story, StringComparison.Ordinal);
            Assert.EndsWith(story, Story.Tell(index, $"{file.Repository.Name} {file.Path}"), StringComparison.Ordinal);
        }

        Assert.Throws<DataForgeException>(() => Story.Tell(index, new string('0', 40)));
    }

    /// <summary>The token range leads to tokens that spell the file, decoded from the vocabulary alone.</summary>
    [Fact]
    public void Explain_keptFile_namesTheTokensThatSpellIt()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        using StoryIndex index = StoryIndex.Open(built.Run);
        Pretrain.Tokenizer.BpeVocabulary vocabulary = Pretrain.Tokenizer.TokenizerReader.ReadFolder(built.Run.PathOf("4-tokens"));
        using var shard = new CorpusShard.Reader(built.Run.PathOf("3-dataset/data/train-00000-of-00001.parquet"));
        using CorpusShard.Rows rows = shard.ReadRowGroup(0);
        for (int row = 0; row < rows.Count; row += 25)
        {
            Match place = Regex.Match(Story.Tell(index, rows.Id(row).ToString()), @"tokens: (\S+), document (\d+), tokens (\d+) to (\d+)\n");
            Assert.True(place.Success);
            using var tokens = new Pretrain.Data.TokenShard(built.Run.PathOf(place.Groups[1].Value));
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

    /// <summary>Every rule that applied is told with what it measured; a file that left tells the value that its row in dropped has.</summary>
    [Fact]
    public void Explain_anyContent_tellsEveryRuleAboutTextWithItsMeasure()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        using StoryIndex index = StoryIndex.Open(built.Run);
        List<AppliedRule> rules = [.. AppliedRules.Of(built.Run).SkipWhile(rule => rule.Rule != "size")];
        Assert.Equal(7, rules.Count);
        foreach (CorpusFile file in Dataset().Where((_, i) => i % 40 == 0))
        {
            string story = Story.Tell(index, file.BlobId.ToString());
            Assert.All(rules, rule => Assert.Matches($@"\n    {rule.Rule} .* \({Regex.Escape($"{rule.Bound} {rule.Threshold}")}\)\n", story));
            Assert.Contains($"\n    lines_min {file.Lines} (at least 5)\n", story, StringComparison.Ordinal);
            Assert.Contains($"\n    size {file.Size} (at most 1048575)\n", story, StringComparison.Ordinal);
        }

        IEnumerable<DroppedFile> left = Directory.EnumerateFiles(built.Run.PathOf("dropped/2-clean"), "part-*.parquet").SelectMany(DroppedShard.Read)
            .Where(row => row.Level == DropLevel.Content && rules.Any(rule => rule.Rule == row.Rule));
        foreach (DroppedFile row in left.GroupBy(row => row.Rule).SelectMany(group => group.Take(5)))
        {
            AppliedRule rule = rules.First(rule => rule.Rule == row.Rule);
            Assert.Contains($"\n    {row.Rule} {row.Value} ({rule.Bound} {row.Threshold}): the rule it left by\n", Story.Tell(index, row.BlobId!.Value.ToString()), StringComparison.Ordinal);
        }
    }

    /// <summary>All redactions that the stories tell of are those that the run counted, kind by kind.</summary>
    [Fact]
    public void Explain_allContents_tellTheRedactionsThatTheRunCounted()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        using StoryIndex index = StoryIndex.Open(built.Run);
        var told = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string path in built.Run.Manifest.Entries("clean").SelectMany(entry => entry.Outputs).Select(output => output.Path).Where(path => path.StartsWith("2-clean/part-", StringComparison.Ordinal)))
        {
            using var shard = new CorpusShard.Reader(built.Run.PathOf(path));
            for (int group = 0; group < shard.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = shard.ReadRowGroup(group);
                foreach (CorpusFile file in Enumerable.Range(0, rows.Count).Select(rows.File).Where(file => file.ContentId != file.BlobId))
                {
                    foreach (Match match in Regex.Matches(Story.Tell(index, file.BlobId.ToString()), @"\n  redacted: (\d+) (\S+) on line "))
                    {
                        told[match.Groups[2].Value] = told.GetValueOrDefault(match.Groups[2].Value) + long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                    }
                }
            }
        }

        Assert.NotEmpty(told);
        Assert.Equal(built.Run.Manifest.Totals("clean").Where(count => count.Key.StartsWith("redacted.", StringComparison.Ordinal)).ToDictionary(count => count.Key[9..], count => count.Value), told.ToDictionary());
    }

    [Fact]
    public async Task Explain_asItsUsersCallIt_answersOrSaysWhatItNeeds()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        CorpusFile file = Dataset()[0];
        (int code, string output, string error) = await DataForgeProcess.RunAsync("explain", "--workspace", built.Workspace, "--run", "r", file.Repository.Name, file.Path);
        Assert.True(code == 0, output + error);
        Assert.Contains($"content {file.BlobId}: kept", output, StringComparison.Ordinal);
        (code, output, error) = await DataForgeProcess.RunAsync("explain", "--workspace", built.Workspace, "--run", "r", "nobody/nothing", "none.py");
        Assert.Equal(1, code);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private List<CorpusFile> Dataset()
    {
        var files = new List<CorpusFile>();
        foreach (string path in Directory.EnumerateFiles(built.Run.PathOf("3-dataset/data"), "*.parquet").Order(StringComparer.Ordinal))
        {
            using var shard = new CorpusShard.Reader(path);
            for (int group = 0; group < shard.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = shard.ReadRowGroup(group);
                files.AddRange(Enumerable.Range(0, rows.Count).Select(rows.File));
            }
        }

        return files;
    }

    // Every row of the table stands in the card, cell by cell.
    private static void Same(string card, JsonNode table, Func<JsonNode, string[]> cells)
    {
        Assert.NotEmpty(table.AsArray());
        Assert.All(table.AsArray(), row => Assert.Contains($"\n| {string.Join(" | ", cells(row!).Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n", card, StringComparison.Ordinal));
    }

    private static long Field(string card, string name) => long.Parse(Regex.Match(card, $@"\b{name}: (\d+)\n").Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static long Number(JsonNode? node) => node!.GetValue<long>();

    private static string Printed(JsonNode? node) => node is null ? "" : Number(node).ToString("N0", CultureInfo.InvariantCulture);

    private static string Rounded(JsonNode? node) => Regex.Escape(node!.GetValue<double>().ToString("0.######", CultureInfo.InvariantCulture));
}
