using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary><c>dropped/&lt;stage&gt;/*.parquet</c>: one row per thing that left, with its rule and value or its kept twin.</summary>
public static class DroppedShard
{
    private const string Kind = "dropped v1";

    private static readonly ParquetSchema Schema = new(
        new("level", ParquetType.String),
        new("rule", ParquetType.String),
        new("value", ParquetType.String),
        new("threshold", ParquetType.String),
        new("blob_id", ParquetType.String, Nullable: true),
        new("repo_id", ParquetType.Int64),
        new("repo_name", ParquetType.String),
        new("revision_id", ParquetType.String, Nullable: true),
        new("path", ParquetType.String),
        new("length_bytes", ParquetType.Int64),
        new("copies", ParquetType.Int32),
        new("twin_blob_id", ParquetType.String, Nullable: true),
        new("jaccard", ParquetType.Double, Nullable: true));

    /// <summary>Writes dropped files.</summary>
    public sealed class Writer(string path) : ShardWriter(path, Kind, Schema)
    {
        /// <summary>Appends a row.</summary>
        public void Append(DroppedFile row)
        {
            var cells = new CellWriter(Table);
            cells.Text(row.Level == DropLevel.Content ? "content" : "occurrence");
            cells.Text(row.Rule);
            cells.Text(row.Value);
            cells.Text(row.Threshold);
            cells.Id(row.BlobId);
            cells.Int64(row.RepositoryId);
            cells.Text(row.Repository);
            cells.Text(row.Commit);
            cells.Text(row.Path);
            cells.Int64(row.Size);
            cells.Int32(row.Copies);
            cells.Id(row.Twin);
            cells.Double(row.Jaccard);
            Table.EndRow();
        }
    }

    /// <summary>Reads dropped files in order.</summary>
    /// <exception cref="DataForgeException">The shard is damaged or of another version.</exception>
    public static IEnumerable<DroppedFile> Read(string path)
    {
        using ParquetReader reader = ShardFile.Open(path, Kind);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = ShardFile.Read(reader, path, group);
            var columns = new Columns(rows);
            for (int row = 0; row < rows.RowCount; row++)
            {
                yield return columns.File(row);
            }
        }
    }

    // Looked up once a row group, not once a cell.
    private sealed class Columns(ParquetRowGroup rows)
    {
        private readonly BinaryColumn _level = rows.Binary("level");
        private readonly BinaryColumn _rule = rows.Binary("rule");
        private readonly BinaryColumn _value = rows.Binary("value");
        private readonly BinaryColumn _threshold = rows.Binary("threshold");
        private readonly BinaryColumn _blobId = rows.Binary("blob_id");
        private readonly Int64Column _repositoryId = rows.Int64("repo_id");
        private readonly BinaryColumn _repository = rows.Binary("repo_name");
        private readonly BinaryColumn _commit = rows.Binary("revision_id");
        private readonly BinaryColumn _path = rows.Binary("path");
        private readonly Int64Column _size = rows.Int64("length_bytes");
        private readonly Int32Column _copies = rows.Int32("copies");
        private readonly BinaryColumn _twin = rows.Binary("twin_blob_id");
        private readonly DoubleColumn _jaccard = rows.Double("jaccard");

        public DroppedFile File(int row) => new()
        {
            Level = _level[row].SequenceEqual("content"u8) ? DropLevel.Content : DropLevel.Occurrence,
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
            Jaccard = _jaccard.At(row),
        };
    }
}
