using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Removal;

/// <summary>Removes contents from <c>clusters.parquet</c>, <c>clusters.json</c> and <c>pairs.parquet</c>; the selection's own intermediate files go.</summary>
internal sealed class ClusterRemoval(RunRewrite run, IReadOnlySet<BlobId> gone)
{
    /// <summary>Rewrites the selection's entry; returns how many files changed or went.</summary>
    public int Rewrite(ManifestEntry entry)
    {
        var outputs = new List<ManifestOutput>();
        var counts = new SortedDictionary<string, long>(entry.Counts.ToDictionary(), StringComparer.Ordinal);
        if (entry.Outputs.Any(output => output.Path == WorkFiles.Clusters))
        {
            outputs.AddRange(RewriteClusters(counts));
        }

        if (entry.Outputs.Any(output => output.Path == WorkFiles.Pairs))
        {
            outputs.Add(RewritePairs());
        }

        run.Commit(entry, outputs, counts);
        return entry.Outputs.Count;
    }

    private ManifestOutput[] RewriteClusters(SortedDictionary<string, long> counts)
    {
        var clusters = new List<List<Member>>();
        Read(WorkFiles.Clusters, rows =>
        {
            BinaryColumn names = rows.Binary("cluster");
            BinaryColumn ids = rows.Binary("blob_id");
            BooleanColumn kept = rows.Boolean("kept");
            BinaryColumn twins = rows.Binary("twin_blob_id");
            DoubleColumn similarities = rows.Double("jaccard");
            for (int row = 0; row < rows.RowCount; row++)
            {
                BlobId cluster = BlobId.Parse(names[row]);
                if (clusters.Count == 0 || clusters[^1][0].Cluster != cluster)
                {
                    clusters.Add([]);
                }

                clusters[^1].Add(new Member(
                    cluster, BlobId.Parse(ids[row]), kept[row], twins.IsNull(row) ? null : BlobId.Parse(twins[row]), similarities.IsNull(row) ? null : similarities[row]));
            }
        });

        // A cluster bears the name of its best member, which may be among those that go; one member alone is none.
        clusters.ForEach(cluster => cluster.RemoveAll(member => gone.Contains(member.Id)));
        clusters.RemoveAll(cluster => cluster.Count < 2);
        var left = clusters.Sum(cluster => (long)cluster.Count);
        var before = CanonicalJson.Read<ClusterReport>(run.Run.PathOf(WorkFiles.ClusterReport));
        ClusterReport report = ClusterReport.Of(before.Files - gone.Count, clusters.Select(cluster => (cluster[0].Id, cluster.Count)));
        Write(clusters);
        File.WriteAllBytes(run.Create(WorkFiles.ClusterReport), CanonicalJson.Write(report));
        counts["clusters.count"] = report.Clusters;
        counts["clusters.files"] = report.ClusteredFiles;
        counts["clusters.largest"] = report.Largest.Count > 0 ? report.Largest[0].Files : 0;
        return [run.Output(WorkFiles.Clusters, left), run.Output(WorkFiles.ClusterReport)];
    }

    private void Write(List<List<Member>> clusters)
    {
        using var table = new ClusterFiles.Writer(run.Create(WorkFiles.Clusters));
        foreach (List<Member> cluster in clusters)
        {
            foreach (Member member in cluster)
            {
                bool hasTwin = member.Twin is { } twin && !gone.Contains(twin);
                table.Append(cluster[0].Id, cluster.Count, member.Id, member.Kept, hasTwin ? member.Twin : null, hasTwin ? member.Similarity : null);
            }
        }

        table.Close();
    }

    private ManifestOutput RewritePairs()
    {
        long written;
        using (var pairs = new PairFile.Writer(run.Create(WorkFiles.Pairs)))
        {
            Read(WorkFiles.Pairs, rows =>
            {
                BinaryColumn ids = rows.Binary("blob_id");
                BinaryColumn better = rows.Binary("better_blob_id");
                DoubleColumn similarities = rows.Double("jaccard");
                for (int row = 0; row < rows.RowCount; row++)
                {
                    if (!gone.Contains(BlobId.Parse(ids[row])) && !gone.Contains(BlobId.Parse(better[row])))
                    {
                        pairs.Append(BlobId.Parse(ids[row]), BlobId.Parse(better[row]), similarities[row]);
                    }
                }
            });
            pairs.Close();
            written = pairs.Rows;
        }

        return run.Output(WorkFiles.Pairs, written);
    }

    private void Read(string file, Action<ParquetRowGroup> take)
    {
        using ParquetReader reader = ParquetReader.Open(run.Run.PathOf(file));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group);
            take(rows);
        }
    }

    private readonly record struct Member(BlobId Cluster, BlobId Id, bool Kept, BlobId? Twin, double? Similarity);
}
