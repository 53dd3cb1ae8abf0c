using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary><c>raw/files-NNNNN.parquet</c>: one row per occurrence, in order of repository number and path (ordinal, as UTF-8 bytes).</summary>
public static class RawFilesShard
{
    /// <summary>The kind and version of the columns.</summary>
    public const string Kind = "raw-files v1";


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
    public sealed class Writer(string path) : ShardWriter(path, Kind, Schema)
    {
        /// <summary>Appends a row.</summary>
        public void Append(Occurrence row)
        {
            RepositoryFacts repository = row.Repository;
            var cells = new CellWriter(Table);
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
            Table.EndRow();
        }
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
            var columns = new Columns(rows);
            for (int row = 0; row < rows.RowCount; row++)
            {
                repository = columns.Repository(row, repository);
                yield return columns.Occurrence(row, repository);
            }
        }
    }

    // Looked up once a row group, not once a cell.
    private sealed class Columns(ParquetRowGroup rows)
    {
        private readonly Int64Column _repositoryId = rows.Int64("repository_id");
        private readonly BinaryColumn _repository = rows.Binary("repository");
        private readonly BinaryColumn _source = rows.Binary("source");
        private readonly Int32Column _snapshot = rows.Int32("snapshot");
        private readonly BinaryColumn _commit = rows.Binary("commit");
        private readonly Int32Column _stars = rows.Int32("stars");
        private readonly Int32Column _forks = rows.Int32("forks");
        private readonly BooleanColumn _isFork = rows.Boolean("is_fork");
        private readonly BinaryColumn _createdAt = rows.Binary("created_at");
        private readonly BinaryColumn _forgeLicense = rows.Binary("forge_license");
        private readonly BinaryColumn _path = rows.Binary("path");
        private readonly Int32Column _mode = rows.Int32("mode");
        private readonly Int32Column _kind = rows.Int32("kind");
        private readonly BinaryColumn _blobId = rows.Binary("blob_id");
        private readonly Int64Column _size = rows.Int64("size");
        private readonly Int32Column _blobPart = rows.Int32("blob_part");
        private readonly BinaryColumn _fault = rows.Binary("fault");

        public Occurrence Occurrence(int row, RepositoryFacts repository) => new()
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

        public RepositoryFacts Repository(int row, RepositoryFacts? last) =>
            last is not null && last.Id == _repositoryId[row] && last.Snapshot == _snapshot[row]
                ? last
                : new RepositoryFacts
                {
                    Id = _repositoryId[row],
                    Name = _repository.GetString(row),
                    Source = _source.GetString(row),
                    Snapshot = _snapshot[row],
                    Commit = _commit.TextAt(row),
                    Stars = _stars.At(row),
                    Forks = _forks.At(row),
                    IsFork = _isFork.At(row),
                    CreatedAt = _createdAt.TextAt(row),
                    ForgeLicense = _forgeLicense.TextAt(row),
                };
    }
}
