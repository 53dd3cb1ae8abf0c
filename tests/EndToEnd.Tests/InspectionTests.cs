using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

[Collection(nameof(SharedBuild))]
public sealed class InspectionTests(SharedBuild built)
{
    [Fact]
    public async Task Stats_json_hasTheFiguresOfTheCard_andThoseOfTheShards()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        string output = await DataForgeProcess.SucceedAsync("stats", "--json", "--workspace", built.Workspace, "--run", "r");
        JsonNode figures = JsonNode.Parse(output)!["figures"]!;
        string card = File.ReadAllText(built.Run.PathOf("3-dataset/README.md"));

        JsonNode dataset = figures["dataset"]!;
        Assert.Equal(Number(dataset["files"]), Field(card, "num_examples"));
        Assert.Equal(Number(dataset["bytes"]), Field(card, "num_bytes"));
        Assert.Equal(Number(dataset["shardBytes"]), Field(card, "download_size"));
        Assert.Contains(
            $"{Printed(dataset["files"])} distinct Python files ({Printed(dataset["bytes"])} source bytes) "
            + $"of {Printed(dataset["repositories"])} repositories, found at {Printed(dataset["occurrences"])} places",
            card, StringComparison.Ordinal);
        Same(card, figures["funnel"]!, step => [$"{step["name"]}", Printed(step["count"]), Printed(step["bytes"])]);
        Same(card, figures["rules"]!, rule =>
        [
            $"{rule["stage"]}", $"{rule["rule"]}", string.Join("; ", rule["thresholds"]!.AsArray()), Printed(rule["occurrences"]),
            Printed(rule["contents"]),
        ]);
        Same(card, figures["licenses"]!, license => [$"{license["name"]}", Printed(license["files"])]);
        Same(card, figures["licenseClasses"]!, license => [$"{license["name"]}", Printed(license["files"])]);
        Same(card, figures["topRepositories"]!, repository =>
            [$"{repository["name"]}", Printed(repository["files"]), Printed(repository["bytes"])]);
        JsonNode duplicates = figures["duplicates"]!;
        Assert.Contains(
            $"{Printed(duplicates["exact"])} exact and {Printed(duplicates["near"])} near duplicates were dropped. "
            + $"{Printed(duplicates["clusters"])} groups of near duplicates have {Printed(duplicates["clusteredFiles"])} files, "
            + $"the largest {Printed(duplicates["largestCluster"])}.",
            card, StringComparison.Ordinal);
        foreach ((string name, string row) in new[] { ("pairsFound", "recall: "), ("dropsConfirmed", "precision: ") })
        {
            JsonNode share = figures["audit"]![name]!;
            string interval = $"{Rounded(share["low"])} to {Rounded(share["high"])}";
            Assert.Matches($@"\| {row}[^|]*\| {Rounded(share["share"])} \| {interval} \| {Printed(share["of"])} \|", card);
        }

        // And both are true: counted from the rows.
        List<CorpusFile> files = built.Dataset();
        Assert.Equal(files.Count, Number(dataset["files"]));
        Assert.Equal(files.Sum(file => file.Size), Number(dataset["bytes"]));
        Assert.Equal(files.Sum(file => (long)file.Copies), Number(dataset["occurrences"]));
        Assert.Equal(files.Select(file => file.Repository.Name).Distinct().Count(), Number(dataset["repositories"]));
        Assert.Equal(
            files.GroupBy(file => file.License).ToDictionary(group => group.Key, group => (long)group.Count()).OrderBy(pair => pair.Key),
            figures["licenses"]!.AsArray().ToDictionary(license => $"{license!["name"]}", license => Number(license!["files"]))
                .OrderBy(pair => pair.Key));

        // Copyright lines are in NOTICE as they are in the rows.
        HashSet<string> notice = [.. File.ReadAllText(built.Run.PathOf("3-dataset/NOTICE")).Split('\n')];
        IEnumerable<string> copyright = files.SelectMany(file => file.Copyright).Distinct().Where(line => !line.Contains('\n'));
        Assert.All(copyright, line => Assert.Contains("    " + line, notice));

        output = await DataForgeProcess.SucceedAsync("stats", "--workspace", built.Workspace, "--run", "r");
        Assert.Contains("duplicates (files)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_asItsUsersCallIt_answersOrSaysWhatItNeeds()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        CorpusFile file = built.Dataset()[0];
        string[] explain = ["explain", "--workspace", built.Workspace, "--run", "r"];
        string output = await DataForgeProcess.SucceedAsync([.. explain, file.Repository.Name, file.Path]);
        Assert.Contains($"content {file.BlobId}: kept", output, StringComparison.Ordinal);
        (int code, _, string error) = await DataForgeProcess.RunAsync([.. explain, "nobody/nothing", "none.py"]);
        Assert.Equal(1, code);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    // Every row of the table is in the card, cell by cell.
    private static void Same(string card, JsonNode table, Func<JsonNode, string[]> cells)
    {
        Assert.NotEmpty(table.AsArray());
        Assert.All(table.AsArray(), row =>
        {
            IEnumerable<string> escaped = cells(row!).Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal));
            Assert.Contains($"\n| {string.Join(" | ", escaped)} |\n", card, StringComparison.Ordinal);
        });
    }

    private static long Field(string card, string name) =>
        long.Parse(Regex.Match(card, $@"\b{name}: (\d+)\n").Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static long Number(JsonNode? node) => node!.GetValue<long>();

    private static string Printed(JsonNode? node) => node is null ? "" : Number(node).ToString("N0", CultureInfo.InvariantCulture);

    private static string Rounded(JsonNode? node) =>
        Regex.Escape(node!.GetValue<double>().ToString("0.######", CultureInfo.InvariantCulture));
}
