using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

/// <summary>
/// Names of repositories that hold spaces. <c>zqx y</c> asks to be left out; <c>zqx</c> has a file <c>y z.py</c>, which another repository has
/// too, so that the dataset names it among the other occurrences.
/// </summary>
public sealed class OptOutSpacedNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task OptOut_nameWithASpace_leavesFilesOfOthers()
    {
        string workspace = await BuildAsync();
        await OptOutAsync(workspace);
        AssertOnlyGone(workspace);
    }

    /// <summary>The same in a workspace of the version before, which has the other occurrences in one column; it is verified and built further.</summary>
    [Fact]
    public async Task OptOut_workspaceOfTheVersionBefore_isOptedOutOfVerifiedAndBuiltFurther()
    {
        string workspace = await BuildAsync();
        Dictionary<BlobId, CorpusFile> before = OptOutBuild.Dataset(workspace, "r");
        Downgrade(OptOutBuild.Open(workspace, "r"));
        OptOutBuild.Verify(workspace, "r");
        await OptOutAsync(workspace);
        AssertOnlyGone(workspace);
        Assert.Equal([Table.CorpusV1], Versions(workspace).Distinct());

        await OptOutBuild.SucceedAsync(Build(workspace));
        OptOutBuild.Verify(workspace, "r");
        AssertOnlyGone(workspace);
        Assert.Equal([Table.Corpus], Versions(workspace).Distinct());
        Assert.Equal(before.Count - 1, OptOutBuild.Dataset(workspace, "r").Count);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertOnlyGone(string workspace)
    {
        OptOutBuild.Verify(workspace, "r");
        Dictionary<BlobId, CorpusFile> files = OptOutBuild.Dataset(workspace, "r");
        Assert.DoesNotContain(files.Values, file => file.Repository.Name == "zqx y");
        CorpusFile shared = Assert.Single(files.Values, file => file.Path == "best.py");
        Assert.Equal(2, shared.Copies);
        Assert.Equal([new OccurrenceLocation("zqx", "y z.py")], shared.OtherOccurrences);
        CorpusFile twice = Assert.Single(files.Values, file => file.Path == "twice.py");
        Assert.Equal((1, 0), (twice.Copies, twice.OtherOccurrences.Count));
    }

    private async Task<string> BuildAsync()
    {
        string shared = OptOutCorpus.Code("shared", 1), twice = OptOutCorpus.Code("twice", 2);
        (string Repository, string Path, string Content, int Stars)[] rows =
        [
            ("best/one", "best.py", shared, 100), ("zqx", "y z.py", shared, 1), ("best/one", "twice.py", twice, 100), ("zqx y", "z.py", twice, 1),
            ("zqx y", "own.py", OptOutCorpus.Code("own", 3), 1), ("zqx", "own.py", OptOutCorpus.Code("other", 4), 1),
        ];
        File.WriteAllLines(_folder["rows.jsonl"], rows.Select(row => JsonSerializer.Serialize(
            new { repo = row.Repository, path = row.Path, content = row.Content, license = "mit", stars = row.Stars })));
        await OptOutBuild.SucceedAsync(Build(_folder["w"]));
        return _folder["w"];
    }

    private string[] Build(string workspace) =>
        ["build", "--workspace", workspace, "--run", "r", "--until", "dedup", "--source", "jsonl:" + _folder["rows.jsonl"], "--workers", "2"];

    private async Task OptOutAsync(string workspace) =>
        await OptOutBuild.SucceedAsync(["optout", _folder.Write("list.txt", "zqx y\n"), "--workspace", workspace]);

    private static IEnumerable<Table> Versions(string workspace)
    {
        Run run = OptOutBuild.Open(workspace, "r");
        foreach (ManifestOutput output in new[] { StageNames.Clean, StageNames.Dedup }.SelectMany(run.Manifest.Entries).SelectMany(entry => entry.Outputs)
            .Where(IsCorpusShard))
        {
            using var reader = new CorpusShard.Reader(run.PathOf(output.Path));
            yield return reader.Version;
        }
    }

    // Writes the shards as the version before did, under its hashes.
    private static void Downgrade(Run run)
    {
        foreach (ManifestEntry entry in new[] { StageNames.Clean, StageNames.Dedup }.SelectMany(run.Manifest.Entries).ToList())
        {
            List<ManifestOutput> outputs = [.. entry.Outputs.Select(output => IsCorpusShard(output) ? Downgraded(run, output) : output)];
            run.Manifest.Commit(entry with { OptionsHash = StageHash.Of("the version before"), Outputs = outputs });
        }
    }

    private static ManifestOutput Downgraded(Run run, ManifestOutput output)
    {
        string path = run.PathOf(output.Path);
        using (var reader = new CorpusShard.Reader(path))
        using (var writer = new CorpusShard.Writer(path + ".old", Table.CorpusV1))
        {
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    writer.Append(rows.File(row), rows.Text(row));
                }
            }

            writer.Close();
        }

        File.Move(path + ".old", path, overwrite: true);
        return output with { Bytes = new FileInfo(path).Length, Sha256 = StageHash.OfFile(path) };
    }

    private static bool IsCorpusShard(ManifestOutput output) =>
        output.Path.EndsWith(".parquet", StringComparison.Ordinal)
        && (output.Path.StartsWith(RunPaths.CleanShards, StringComparison.Ordinal) || output.Path.StartsWith(RunPaths.DatasetShards, StringComparison.Ordinal));
}
