using DataForge.Corpus.Columns;
using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>
/// <c>dropped/&lt;stage&gt;/*.parquet</c>: one row per dropped occurrence or content, with its rule and value or its kept twin.
/// </summary>
public static class DroppedShard
{
    private const string ContentLevel = "content";
    private const string OccurrenceLevel = "occurrence";

    /// <summary>Writes dropped files.</summary>
    public sealed class Writer(string path) : ShardWriter(path, Table.Dropped)
    {
        /// <summary>Appends a row.</summary>
        public void Append(DroppedFile row)
        {
            Cells.Append(Column.Level, row.Level == DropLevel.Content ? ContentLevel : OccurrenceLevel);
            Cells.Append(Column.Rule, row.Rule);
            Cells.Append(Column.Value, row.Value);
            Cells.Append(Column.Threshold, row.Threshold);
            Cells.Append(Column.BlobId, row.BlobId);
            Cells.Append(Column.RepositoryId, row.RepositoryId);
            Cells.Append(Column.RepositoryName, row.Repository);
            Cells.Append(Column.RevisionId, row.Commit);
            Cells.Append(Column.Path, row.Path);
            Cells.Append(Column.LengthBytes, row.Size);
            Cells.Append(Column.Copies, row.Copies);
            Cells.Append(Column.TwinBlobId, row.Twin);
            Cells.Append(Column.Jaccard, row.Jaccard);
            Cells.EndRow();
        }
    }

    /// <summary>Reads dropped files in order.</summary>
    /// <exception cref="DataForgeException">The shard is damaged or of another version.</exception>
    public static IEnumerable<DroppedFile> Read(string path)
    {
        using var reader = new TableReader(path, Table.Dropped);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group);
            var columns = new RowReader(rows);
            for (int row = 0; row < rows.RowCount; row++)
            {
                yield return columns.At(row);
            }
        }
    }

    /// <summary>Reads the level of a row; null if it is not valid.</summary>
    public static DropLevel? LevelOf(ReadOnlySpan<byte> level) =>
        level.SequenceEqual("content"u8) ? DropLevel.Content : level.SequenceEqual("occurrence"u8) ? DropLevel.Occurrence : null;

    // Columns are looked up once for a row group, not once for a row.
    private sealed class RowReader(ParquetRowGroup rows)
    {
        private readonly BinaryColumn _level = rows.Get(Column.Level);
        private readonly BinaryColumn _rule = rows.Get(Column.Rule);
        private readonly BinaryColumn _value = rows.Get(Column.Value);
        private readonly BinaryColumn _threshold = rows.Get(Column.Threshold);
        private readonly BinaryColumn _blobId = rows.Get(Column.BlobId);
        private readonly Int64Column _repositoryId = rows.Get(Column.RepositoryId);
        private readonly BinaryColumn _repository = rows.Get(Column.RepositoryName);
        private readonly BinaryColumn _commit = rows.Get(Column.RevisionId);
        private readonly BinaryColumn _path = rows.Get(Column.Path);
        private readonly Int64Column _size = rows.Get(Column.LengthBytes);
        private readonly Int32Column _copies = rows.Get(Column.Copies);
        private readonly BinaryColumn _twin = rows.Get(Column.TwinBlobId);
        private readonly DoubleColumn _jaccard = rows.Get(Column.Jaccard);

        /// <summary>The dropped file of a row.</summary>
        public DroppedFile At(int row) => new()
        {
            Level = LevelOf(_level[row]) ?? DropLevel.Occurrence,
            Rule = _rule.GetString(row),
            Value = _value.GetString(row),
            Threshold = _threshold.GetString(row),
            BlobId = _blobId.IdAt(row),
            RepositoryId = _repositoryId[row],
            Repository = _repository.GetString(row),
            Commit = _commit.TextAt(row),
            Path = _path.GetString(row),
            Size = _size[row],
            Copies = _copies[row],
            Twin = _twin.IdAt(row),
            Jaccard = _jaccard.ValueAt(row),
        };
    }
}
