using DataForge.Corpus.Columns;
using DataForge.Parquet;

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
    public sealed class Writer(string path) : ShardWriter(path, Kind, Schema)
    {
        /// <summary>Appends a row. <paramref name="text"/> must be valid UTF-8.</summary>
        public void Append(CorpusFile file, ReadOnlySpan<byte> text)
        {
            RepositoryFacts repository = file.Repository;
            var cells = new CellWriter(Table);
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
            Table.EndRow();
        }
    }

    /// <summary>Reads files with their text, one row group in memory at a time.</summary>
    public sealed class Reader(string path) : IDisposable
    {
        private readonly ParquetReader _reader = ShardFile.Open(path, Kind);

        /// <summary>Rows in the shard.</summary>
        public long RowCount => _reader.RowCount;

        /// <summary>Row groups in the shard.</summary>
        public int RowGroupCount => _reader.RowGroupCount;

        /// <summary>Reads one row group; dispose it when done with its values.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadRowGroup(int index) => new(ShardFile.Read(_reader, path, index));

        /// <summary>Reads some columns of one row group; dispose it when done with its values.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadRowGroup(int index, params Column[] columns) =>
            new(ShardFile.Read(_reader, path, index, Array.ConvertAll(columns, column => column.Name)));

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
        private readonly Lazy<BinaryColumn> _ids;
        private readonly Lazy<BinaryColumn> _texts;
        private readonly Lazy<CorpusColumns> _facts;

        internal Rows(ParquetRowGroup rows)
        {
            _rows = rows;
            _ids = new(() => rows.Binary("blob_id"));
            _texts = new(() => rows.Binary("content"));
            _facts = new(() => new CorpusColumns(rows));
        }

        /// <summary>Files in the row group.</summary>
        public int Count => _rows.RowCount;

        /// <summary>Columns by name, for readers that need only some. Look each up once, not once a row.</summary>
        public ParquetRowGroup Columns => _rows;

        /// <summary>The values of a column, for readers that need only some. Ask once for a row group, not once for a row.</summary>
        public TView Get<TView>(Column<TView> column) => _rows.Get(column);

        /// <summary>The git id of a file's source bytes.</summary>
        public BlobId Id(int row) => BlobId.Parse(_ids.Value[row]);

        /// <summary>A file's text in UTF-8, valid until the row group is disposed.</summary>
        public ReadOnlySpan<byte> Text(int row) => _texts.Value[row];

        /// <summary>All about a file but its text; needs every column but <c>content</c>.</summary>
        public CorpusFile File(int row) => _facts.Value.File(row, Id(row));

        /// <inheritdoc/>
        public void Dispose() => _rows.Dispose();
    }
}
