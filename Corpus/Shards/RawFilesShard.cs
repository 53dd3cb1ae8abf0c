using DataForge.Corpus.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary><c>raw/files-NNNNN.parquet</c>: one row per occurrence, in order of repository number and path (ordinal, as UTF-8 bytes).</summary>
public static class RawFilesShard
{
    private const string Kind = "raw-files v1";

    private static readonly ParquetSchema Schema = new(
        new("repository_id", ParquetType.Int64),
        new("repository", ParquetType.String),
        new("source", ParquetType.String),
        new("snapshot", ParquetType.Int32),
        new("commit", ParquetType.String, Nullable: true),
        new("stars", ParquetType.Int32, Nullable: true),
        new("forks", ParquetType.Int32, Nullable: true),
        new("is_fork", ParquetType.Boolean, Nullable: true),
        new("created_at", ParquetType.String, Nullable: true),
        new("forge_license", ParquetType.String, Nullable: true),
        new("path", ParquetType.String),
        new("mode", ParquetType.Int32),
        new("kind", ParquetType.Int32),
        new("blob_id", ParquetType.String, Nullable: true),
        new("size", ParquetType.Int64),
        new("blob_part", ParquetType.Int32),
        new("fault", ParquetType.String, Nullable: true));

    /// <summary>Writes occurrences.</summary>
    public sealed class Writer(string path) : IDisposable
    {
        private readonly ParquetWriter _rows = ShardFile.Create(path, Kind, Schema);

        /// <summary>Rows so far.</summary>
        public long Rows => _rows.RowCount;

        /// <summary>Appends a row.</summary>
        public void Append(Occurrence row)
        {
            RepositoryFacts repository = row.Repository;
            var cells = new CellWriter(_rows);
            cells.Int64(repository.Id);
            cells.Text(repository.Name);
            cells.Text(repository.Source);
            cells.Int32(repository.Snapshot);
            cells.Text(repository.Commit);
            cells.Int32(repository.Stars);
            cells.Int32(repository.Forks);
            cells.Boolean(repository.IsFork);
            cells.Text(repository.CreatedAt);
            cells.Text(repository.ForgeLicense);
            cells.Text(row.Path);
            cells.Int32(row.Mode);
            cells.Int32((int)row.Kind);
            cells.Id(row.BlobId);
            cells.Int64(row.Size);
            cells.Int32(row.BlobPart);
            cells.Text(row.Fault);
            _rows.EndRow();
        }

        /// <summary>Writes the footer; without it the file is not readable.</summary>
        public void Close() => _rows.Close();

        /// <inheritdoc/>
        public void Dispose() => _rows.Dispose();
    }

    /// <summary>Reads occurrences in order. Rows of one repository's snapshot share one <see cref="RepositoryFacts"/> object.</summary>
    /// <exception cref="DataForgeException">The shard is damaged or of another version.</exception>
    public static IEnumerable<Occurrence> Read(string path)
    {
        using ParquetReader reader = ShardFile.Open(path, Kind);
        RepositoryFacts? repository = null;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = ShardFile.Read(reader, path, group);
            for (int row = 0; row < rows.RowCount; row++)
            {
                repository = Repository(rows, row, repository);
                yield return new Occurrence
                {
                    Repository = repository,
                    Path = rows.Binary("path").GetString(row),
                    Mode = rows.Int32("mode")[row],
                    Kind = (FileKind)rows.Int32("kind")[row],
                    BlobId = rows.Id("blob_id", row),
                    Size = rows.Int64("size")[row],
                    BlobPart = rows.Int32("blob_part")[row],
                    Fault = rows.Text("fault", row),
                };
            }
        }
    }

    private static RepositoryFacts Repository(ParquetRowGroup rows, int row, RepositoryFacts? last)
    {
        long id = rows.Int64("repository_id")[row];
        int snapshot = rows.Int32("snapshot")[row];
        return last is not null && last.Id == id && last.Snapshot == snapshot
            ? last
            : new RepositoryFacts
            {
                Id = id,
                Name = rows.Binary("repository").GetString(row),
                Source = rows.Binary("source").GetString(row),
                Snapshot = snapshot,
                Commit = rows.Text("commit", row),
                Stars = rows.Int32OrNull("stars", row),
                Forks = rows.Int32OrNull("forks", row),
                IsFork = rows.BooleanOrNull("is_fork", row),
                CreatedAt = rows.Text("created_at", row),
                ForgeLicense = rows.Text("forge_license", row),
            };
    }
}
