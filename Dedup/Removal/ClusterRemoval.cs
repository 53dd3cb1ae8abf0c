using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;
using DataForge.Parquet;

namespace DataForge.Dedup.Removal;

/// <summary>
/// Removes contents from <c>clusters.parquet</c>, <c>clusters.json</c> and <c>pairs.parquet</c>. The selection's intermediate files are
/// removed.
/// </summary>
internal sealed class ClusterRemoval(RunRewrite run, IReadOnlySet<BlobId> removed)
{
    /// <summary>Rewrites the selection's entry; returns how many files were rewritten or removed.</summary>
    public int Rewrite(ManifestEntry entry)
    {
        var outputs = new List<ManifestOutput>();
        var counts = new CountTable(entry.Counts);
        if (entry.Outputs.Any(output => output.Path == DedupPaths.Clusters))
        {
            outputs.AddRange(RewriteClusters(counts));
        }

        if (entry.Outputs.Any(output => output.Path == DedupPaths.Pairs))
        {
            outputs.Add(RewritePairs());
        }

        run.Commit(entry, outputs, counts);
        return entry.Outputs.Count;
    }

    private ManifestOutput[] RewriteClusters(CountTable counts)
    {
        var clusters = new List<List<Member>>();
        Read(DedupPaths.Clusters, Table.Clusters, rows =>
        {
            BinaryColumn names = rows.Get(Column.Cluster);
            BinaryColumn ids = rows.Get(Column.BlobId);
            BooleanColumn kept = rows.Get(Column.Kept);
            BinaryColumn twins = rows.Get(Column.TwinBlobId);
            DoubleColumn similarities = rows.Get(Column.Jaccard);
            for (int row = 0; row < rows.RowCount; row++)
            {
                BlobId cluster = BlobId.Parse(names[row]);
                if (clusters.Count == 0 || clusters[^1][0].Cluster != cluster)
                {
                    clusters.Add([]);
                }

                clusters[^1].Add(new Member(
                    cluster, BlobId.Parse(ids[row]), kept[row],
                    twins.IsNull(row) ? null : BlobId.Parse(twins[row]), similarities.IsNull(row) ? null : similarities[row]));
            }
        });

        // A cluster is named by its best member, which may be removed. A single member is not a cluster.
        clusters.ForEach(cluster => cluster.RemoveAll(member => removed.Contains(member.Id)));
        clusters.RemoveAll(cluster => cluster.Count < 2);
        long members = clusters.Sum(cluster => (long)cluster.Count);
        var before = DedupJson.Read<ClusterReport>(run.Run.PathOf(DedupPaths.ClusterReport));
        ClusterReport report = ClusterReport.Of(before.Files - removed.Count, clusters.Select(cluster => (cluster[0].Id, cluster.Count)));
        Write(clusters);
        File.WriteAllBytes(run.Create(DedupPaths.ClusterReport), DedupJson.Write(report));
        counts[CountName.ClustersCount] = report.Clusters;
        counts[CountName.ClustersFiles] = report.ClusteredFiles;
        counts[CountName.ClustersLargest] = report.Largest.Count > 0 ? report.Largest[0].Files : 0;
        return [run.Output(DedupPaths.Clusters, members), run.Output(DedupPaths.ClusterReport)];
    }

    private void Write(List<List<Member>> clusters)
    {
        using var table = new ClusterWriter(run.Create(DedupPaths.Clusters));
        foreach (List<Member> cluster in clusters)
        {
            foreach (Member member in cluster)
            {
                bool hasTwin = member.Twin is { } twin && !removed.Contains(twin);
                table.Append(
                    cluster[0].Id, cluster.Count, member.Id, member.Kept,
                    hasTwin ? member.Twin : null, hasTwin ? member.Similarity : null);
            }
        }

        table.Close();
    }

    private ManifestOutput RewritePairs()
    {
        long written;
        using (var pairs = new PairFile.Writer(run.Create(DedupPaths.Pairs)))
        {
            Read(DedupPaths.Pairs, Table.Pairs, rows =>
            {
                BinaryColumn ids = rows.Get(Column.BlobId);
                BinaryColumn better = rows.Get(Column.BetterBlobId);
                DoubleColumn similarities = rows.Get(Column.Jaccard);
                for (int row = 0; row < rows.RowCount; row++)
                {
                    if (!removed.Contains(BlobId.Parse(ids[row])) && !removed.Contains(BlobId.Parse(better[row])))
                    {
                        pairs.Append(BlobId.Parse(ids[row]), BlobId.Parse(better[row]), similarities[row]);
                    }
                }
            });
            pairs.Close();
            written = pairs.Rows;
        }

        return run.Output(DedupPaths.Pairs, written);
    }

    private void Read(string file, Table table, Action<ParquetRowGroup> take)
    {
        using var reader = new TableReader(run.Run.PathOf(file), table);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group);
            take(rows);
        }
    }

    private readonly record struct Member(BlobId Cluster, BlobId Id, bool Kept, BlobId? Twin, double? Similarity);
}
