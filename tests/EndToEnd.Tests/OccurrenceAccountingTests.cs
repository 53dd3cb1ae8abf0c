using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

[Collection(nameof(SharedBuild))]
public sealed class OccurrenceAccountingTests(SharedBuild built)
{
    /// <summary>
    /// Each occurrence read is accounted for exactly once: by its own row in dropped/, or by its content's, or by the dataset.
    /// </summary>
    [Fact]
    public void Build_realCorpus_accountsForEachOccurrenceOnce()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        Run run = built.Run;
        List<Occurrence> read = [.. run.ReadInput().Parts.SelectMany(part => RawFilesShard.Read(run.Workspace.RawFilesPart(part.Number)))
            .Where(row => row.Kind == FileKind.Python)];
        List<DroppedFile> dropped = [.. Directory.EnumerateFiles(run.PathOf("dropped"), "*.parquet", SearchOption.AllDirectories)
            .SelectMany(DroppedShard.Read)];

        var occurrenceRows = dropped.Where(row => row.Level == DropLevel.Occurrence).Select(row => (row.RepositoryId, row.Path)).ToList();
        Assert.Equal(occurrenceRows.Count, occurrenceRows.Distinct().Count());
        HashSet<(long, string)> byOwnRow = [.. occurrenceRows];
        Dictionary<BlobId, int> byContent = [];
        foreach (DroppedFile row in dropped.Where(row => row.Level == DropLevel.Content))
        {
            Assert.True(byContent.TryAdd(row.BlobId!.Value, row.Copies), $"{row.BlobId} has two content rows");
        }

        foreach ((BlobId id, int copies) in Dataset(run))
        {
            Assert.True(byContent.TryAdd(id, copies), $"{id} is in the dataset and has a content row, or is in it twice");
        }

        var survivors = read.Where(row => !byOwnRow.Contains((row.Repository.Id, row.Path)))
            .GroupBy(row => row.BlobId!.Value).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(survivors.OrderBy(pair => pair.Key), byContent.OrderBy(pair => pair.Key));
        Assert.Equal(read.Count, byOwnRow.Count + byContent.Values.Sum());
        Assert.All(dropped, row => Assert.NotEmpty(row.Rule));

        // The planted content is kept under one name and dropped under others.
        BlobId planted = BlobId.Of(File.ReadAllBytes(Path.Combine(built.Build.Planted, "alpha", "copied.py")));
        Assert.True(survivors[planted] >= 1);
        Assert.Contains(dropped, row => row.Path == "alpha/setup.py" && row.Level == DropLevel.Occurrence);
        Assert.Contains(dropped, row => row.Path == "alpha/__init__.py" && row.Level == DropLevel.Occurrence);
        Assert.Contains(dropped, row => row.Path == "unlicensed/module.py" && row.Rule.StartsWith("license", StringComparison.Ordinal));
        Assert.Contains(
            dropped, row => row.Path == "alpha/near.py" && row.Rule == "near_duplicate" && row.Twin is not null && row.Jaccard >= 0.85);
    }

    private static IEnumerable<(BlobId Id, int Copies)> Dataset(Run run)
    {
        foreach (string file in Directory.EnumerateFiles(run.PathOf("3-dataset/data"), "*.parquet"))
        {
            using var shard = new CorpusShard.Reader(file);
            for (int group = 0; group < shard.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = shard.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    CorpusFile entry = rows.File(row);
                    Assert.Equal(entry.ContentId, BlobId.Of(rows.Text(row)));
                    yield return (entry.BlobId, entry.Copies);
                }
            }
        }
    }
}
