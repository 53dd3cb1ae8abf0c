using DataForge.Corpus.Parquet;

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
    public sealed class Writer(string path) : IDisposable
    {
        private readonly ParquetWriter _rows = ShardFile.Create(path, Kind, Schema);

        /// <summary>Rows so far.</summary>
        public long Rows => _rows.RowCount;

        /// <summary>Appends a row.</summary>
        public void Append(DroppedFile row)
        {
            var cells = new CellWriter(_rows);
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
            _rows.EndRow();
        }

        /// <summary>Writes the footer; without it the file is not readable.</summary>
        public void Close() => _rows.Close();

        /// <inheritdoc/>
        public void Dispose() => _rows.Dispose();
    }

    /// <summary>Reads dropped files in order.</summary>
    /// <exception cref="DataForgeException">The shard is damaged or of another version.</exception>
    public static IEnumerable<DroppedFile> Read(string path)
    {
        using ParquetReader reader = ShardFile.Open(path, Kind);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = ShardFile.Read(reader, path, group);
            for (int row = 0; row < rows.RowCount; row++)
            {
                yield return new DroppedFile
                {
                    Level = rows.Binary("level")[row].SequenceEqual("content"u8) ? DropLevel.Content : DropLevel.Occurrence,
                    Rule = rows.Binary("rule").GetString(row),
                    Value = rows.Binary("value").GetString(row),
                    Threshold = rows.Binary("threshold").GetString(row),
                    BlobId = rows.Id("blob_id", row),
                    RepositoryId = rows.Int64("repo_id")[row],
                    Repository = rows.Binary("repo_name").GetString(row),
                    Commit = rows.Text("revision_id", row),
                    Path = rows.Binary("path").GetString(row),
                    Size = rows.Int64("length_bytes")[row],
                    Copies = rows.Int32("copies")[row],
                    Twin = rows.Id("twin_blob_id", row),
                    Jaccard = rows.DoubleOrNull("jaccard", row),
                };
            }
        }
    }
}
