using DataForge.Corpus.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>
/// Shards of <c>2-clean</c> and <c>3-dataset</c>: one row per distinct content with its text. Columns are named as The Stack v2 and
/// codeparrot-clean name them where they have the same meaning; <c>docs/data-format.md</c> is the dictionary.
/// </summary>
public static class CorpusShard
{
    private const string Kind = "corpus v1";

    private static readonly ParquetSchema Schema = new(
        new("blob_id", ParquetType.String),
        new("content_id", ParquetType.String),
        new("repo_name", ParquetType.String),
        new("path", ParquetType.String),
        new("content", ParquetType.String),
        new("license", ParquetType.String),
        new("license_type", ParquetType.String),
        new("license_evidence", ParquetType.String),
        new("copyright", ParquetType.String, IsList: true),
        new("copies", ParquetType.Int32),
        new("other_occurrences", ParquetType.String, IsList: true),
        new("src_encoding", ParquetType.String),
        new("length_bytes", ParquetType.Int64),
        new("line_count", ParquetType.Int32),
        new("avg_line_length", ParquetType.Double),
        new("max_line_length", ParquetType.Int32),
        new("alphanum_fraction", ParquetType.Double),
        new("is_vendor", ParquetType.Boolean),
        new("repo_source", ParquetType.String),
        new("repo_id", ParquetType.Int64),
        new("snapshot", ParquetType.Int32),
        new("revision_id", ParquetType.String, Nullable: true),
        new("star_events_count", ParquetType.Int32, Nullable: true),
        new("fork_events_count", ParquetType.Int32, Nullable: true),
        new("is_fork", ParquetType.Boolean, Nullable: true),
        new("repo_created_at", ParquetType.String, Nullable: true),
        new("repo_license", ParquetType.String, Nullable: true));

    /// <summary>Writes files with their text.</summary>
    public sealed class Writer(string path) : IDisposable
    {
        private readonly ParquetWriter _rows = ShardFile.Create(path, Kind, Schema);

        /// <summary>Rows so far.</summary>
        public long Rows => _rows.RowCount;

        /// <summary>Appends a row. <paramref name="text"/> must be valid UTF-8.</summary>
        public void Append(CorpusFile file, ReadOnlySpan<byte> text)
        {
            RepositoryFacts repository = file.Repository;
            var cells = new CellWriter(_rows);
            cells.Id(file.BlobId);
            cells.Id(file.ContentId);
            cells.Text(repository.Name);
            cells.Text(file.Path);
            cells.Bytes(text);
            cells.Text(file.License);
            cells.Text(file.LicenseClass.Name());
            cells.Text(file.LicenseEvidence);
            cells.Texts(file.Copyright);
            cells.Int32(file.Copies);
            cells.Texts(file.OtherOccurrences);
            cells.Text(file.SourceEncoding);
            cells.Int64(file.Size);
            cells.Int32(file.Lines);
            cells.Double(file.MeanLine);
            cells.Int32(file.MaxLine);
            cells.Double(file.AlphanumericShare);
            cells.Boolean(file.IsVendored);
            cells.Text(repository.Source);
            cells.Int64(repository.Id);
            cells.Int32(repository.Snapshot);
            cells.Text(repository.Commit);
            cells.Int32(repository.Stars);
            cells.Int32(repository.Forks);
            cells.Boolean(repository.IsFork);
            cells.Text(repository.CreatedAt);
            cells.Text(repository.ForgeLicense);
            _rows.EndRow();
        }

        /// <summary>Writes the footer; without it the file is not readable.</summary>
        public void Close() => _rows.Close();

        /// <inheritdoc/>
        public void Dispose() => _rows.Dispose();
    }

    /// <summary>Reads files with their text, one row group in memory at a time.</summary>
    public sealed class Reader(string path) : IDisposable
    {
        private readonly ParquetReader _reader = ShardFile.Open(path, Kind);

        /// <summary>Rows in the shard.</summary>
        public long RowCount => _reader.RowCount;

        /// <summary>Row groups in the shard.</summary>
        public int RowGroupCount => _reader.RowGroupCount;

        /// <summary>Reads one row group, all columns or those named; dispose it when done with its spans.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadRowGroup(int index, params string[] columns) => new(ShardFile.Read(_reader, path, index, columns));

        /// <inheritdoc/>
        public void Dispose() => _reader.Dispose();
    }

    /// <summary>The files of one row group. A member whose column was not read throws.</summary>
    public sealed class Rows : IDisposable
    {
        private readonly ParquetRowGroup _rows;

        internal Rows(ParquetRowGroup rows) => _rows = rows;

        /// <summary>Files in the row group.</summary>
        public int Count => _rows.RowCount;

        /// <summary>Columns by name, for readers that need only some.</summary>
        public ParquetRowGroup Columns => _rows;

        /// <summary>The git id of a file's source bytes.</summary>
        public BlobId Id(int row) => BlobId.Parse(_rows.Binary("blob_id")[row]);

        /// <summary>A file's text in UTF-8, valid until the row group is disposed.</summary>
        public ReadOnlySpan<byte> Text(int row) => _rows.Binary("content")[row];

        /// <summary>All about a file but its text; needs every column but <c>content</c>.</summary>
        public CorpusFile File(int row) => new()
        {
            BlobId = Id(row),
            ContentId = BlobId.Parse(_rows.Binary("content_id")[row]),
            Repository = new RepositoryFacts
            {
                Id = _rows.Int64("repo_id")[row],
                Name = _rows.Binary("repo_name").GetString(row),
                Source = _rows.Binary("repo_source").GetString(row),
                Snapshot = _rows.Int32("snapshot")[row],
                Commit = _rows.Text("revision_id", row),
                Stars = _rows.Int32OrNull("star_events_count", row),
                Forks = _rows.Int32OrNull("fork_events_count", row),
                IsFork = _rows.BooleanOrNull("is_fork", row),
                CreatedAt = _rows.Text("repo_created_at", row),
                ForgeLicense = _rows.Text("repo_license", row),
            },
            Path = _rows.Binary("path").GetString(row),
            License = _rows.Binary("license").GetString(row),
            LicenseClass = LicenseClasses.Parse(_rows.Binary("license_type").GetString(row)),
            LicenseEvidence = _rows.Binary("license_evidence").GetString(row),
            Copyright = _rows.StringList("copyright")[row],
            Copies = _rows.Int32("copies")[row],
            OtherOccurrences = _rows.StringList("other_occurrences")[row],
            SourceEncoding = _rows.Binary("src_encoding").GetString(row),
            Size = _rows.Int64("length_bytes")[row],
            Lines = _rows.Int32("line_count")[row],
            MeanLine = _rows.Double("avg_line_length")[row],
            MaxLine = _rows.Int32("max_line_length")[row],
            AlphanumericShare = _rows.Double("alphanum_fraction")[row],
            IsVendored = _rows.Boolean("is_vendor")[row],
        };

        /// <inheritdoc/>
        public void Dispose() => _rows.Dispose();
    }
}
