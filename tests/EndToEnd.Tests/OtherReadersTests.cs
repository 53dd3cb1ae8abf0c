using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

[Collection(nameof(SharedBuild))]
public sealed class OtherReadersTests(SharedBuild built)
{
    /// <summary>Three independent readers find in every shard the rows that the manifest states, and the values that this project reads.</summary>
    [Fact]
    public void Build_everyShard_readsTheSameElsewhere()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        Run run = built.Run;
        Dictionary<string, ManifestOutput> stated = new[] { "clean", "dedup" }.SelectMany(run.Manifest.Entries)
            .SelectMany(entry => entry.Outputs).Where(shard => shard.Path.EndsWith(".parquet", StringComparison.Ordinal))
            .ToDictionary(shard => run.PathOf(shard.Path));
        foreach (string manifest in Directory.EnumerateFiles(Path.Combine(built.Workspace, "raw", "manifest")))
        {
            foreach (ManifestOutput shard in CanonicalJson.Read<ManifestEntry>(manifest).Outputs)
            {
                stated.Add(Path.Combine(built.Workspace, shard.Path), shard);
            }
        }

        string[] shards = [.. stated.Keys.Order(StringComparer.Ordinal)];
        Assert.Contains(shards, shard => shard.Contains("/3-dataset/data/train-00000-of-", StringComparison.Ordinal));
        Assert.All(stated, shard => Assert.NotNull(shard.Value.Rows));
        foreach (string reader in NodeReaders.Names)
        {
            IReadOnlyList<NodeTable> tables = NodeReaders.Read(reader, shards);
            foreach ((string shard, NodeTable table) in shards.Zip(tables))
            {
                Assert.Equal(stated[shard].Sha256, StageHash.OfFile(shard));
                Assert.True(
                    stated[shard].Rows == table.Rows,
                    $"{reader} finds {table.Rows} rows in {shard}, the manifest states {stated[shard].Rows}");
                Assert.Equal(ColumnHash.OfFile(shard).OrderBy(column => column.Key), table.Columns.OrderBy(column => column.Key));
            }
        }
    }
}
