using DataForge.Corpus.Columns;
using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>
/// <c>raw/files-NNNNN.parquet</c>: one row per occurrence, in order of repository number and path (ordinal, as UTF-8 bytes).
/// </summary>
public static class RawFilesShard
{
    /// <summary>Writes occurrences.</summary>
    public sealed class Writer(string path) : ShardWriter(path, Table.RawFiles)
    {
        /// <summary>Appends a row.</summary>
        public void Append(Occurrence row)
        {
            RepositoryColumns.RawFiles.Append(Cells, row.Repository);
            Cells.Append(Column.Path, row.Path);
            Cells.Append(Column.Mode, row.Mode);
            Cells.Append(Column.Kind, (int)row.Kind);
            Cells.Append(Column.BlobId, row.BlobId);
            Cells.Append(Column.Size, row.Size);
            Cells.Append(Column.BlobPart, row.BlobPart);
            Cells.Append(Column.Fault, row.Fault);
            Cells.EndRow();
        }
    }

    /// <summary>Reads occurrences in order. Rows of one repository's snapshot share one <see cref="RepositoryFacts"/> object.</summary>
    /// <exception cref="DataForgeException">The shard is damaged or of another version.</exception>
    public static IEnumerable<Occurrence> Read(string path)
    {
        using var reader = new TableReader(path, Table.RawFiles);
        RepositoryFacts? repository = null;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group);
            RepositoryColumns.Reader repositories = RepositoryColumns.RawFiles.Of(rows);
            var columns = new RowReader(rows);
            for (int row = 0; row < rows.RowCount; row++)
            {
                repository = repositories.Facts(row, repository);
                yield return columns.At(row, repository);
            }
        }
    }

    // Columns are looked up once for a row group, not once for a row.
    private sealed class RowReader(ParquetRowGroup rows)
    {
        private readonly BinaryColumn _path = rows.Get(Column.Path);
        private readonly Int32Column _mode = rows.Get(Column.Mode);
        private readonly Int32Column _kind = rows.Get(Column.Kind);
        private readonly BinaryColumn _blobId = rows.Get(Column.BlobId);
        private readonly Int64Column _size = rows.Get(Column.Size);
        private readonly Int32Column _blobPart = rows.Get(Column.BlobPart);
        private readonly BinaryColumn _fault = rows.Get(Column.Fault);

        /// <summary>The occurrence of a row.</summary>
        public Occurrence At(int row, RepositoryFacts repository) => new()
        {
            Repository = repository,
            Path = _path.GetString(row),
            Mode = _mode[row],
            Kind = (FileKind)_kind[row],
            BlobId = _blobId.IdAt(row),
            Size = _size[row],
            BlobPart = _blobPart[row],
            Fault = _fault.TextAt(row),
        };
    }
}
