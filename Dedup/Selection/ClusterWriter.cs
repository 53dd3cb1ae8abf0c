using DataForge.Corpus;
using DataForge.Corpus.Columns;

namespace DataForge.Dedup.Selection;

/// <summary>Writes the members of clusters (<c>3-dataset/clusters.parquet</c>), row by row.</summary>
internal sealed class ClusterWriter(string path) : IDisposable
{
    private readonly TableWriter _table = new(path, Table.Clusters);

    /// <summary>Rows so far.</summary>
    public long Rows => _table.Rows;

    /// <summary>Appends a member; a kept file has neither twin nor similarity.</summary>
    public void Append(BlobId cluster, int size, BlobId id, bool isKept, BlobId? twin, double? similarity)
    {
        bool hasTwin = twin is not null && similarity is not null;
        _table.Append(Column.Cluster, cluster);
        _table.Append(Column.ClusterSize, size);
        _table.Append(Column.BlobId, id);
        _table.Append(Column.Kept, isKept);
        _table.Append(Column.TwinBlobId, hasTwin ? twin : null);
        _table.Append(Column.Jaccard, hasTwin ? similarity : null);
        _table.EndRow();
    }

    /// <summary>Writes the footer.</summary>
    public void Close() => _table.Close();

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();
}
