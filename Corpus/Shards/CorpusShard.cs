using DataForge.Corpus.Columns;
using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>
/// Shards of <c>2-clean</c> and <c>3-dataset</c>: one row per distinct content with its text. Columns are named as The Stack v2 and
/// codeparrot-clean name them where they have the same meaning; <c>docs/data-format.md</c> is the dictionary. Both versions are read.
/// </summary>
public static class CorpusShard
{
    private const int PublishedLevel = 3;
    private const int FastLevel = 1;

    /// <summary>Whether a file of this kind (<see cref="ShardFile.KindKey"/>) is a corpus shard, of either version.</summary>
    public static bool IsKind(string kind) => kind == Table.Corpus.Kind || kind == Table.CorpusV1.Kind;

    /// <summary>Writes files with their text.</summary>
    public sealed class Writer : ShardWriter
    {
        /// <summary>Starts a shard.</summary>
        /// <param name="path">The file.</param>
        /// <param name="version">
        /// The version: that of a shard which is rewritten, so that all shards of a dataset keep the same columns. Null is the newest.
        /// </param>
        /// <param name="isIntermediate">
        /// Whether only the next stage reads the shard: it is compressed in half the time, and takes 8 % more of the disk.
        /// </param>
        public Writer(string path, Table? version = null, bool isIntermediate = false)
            : base(path, version ?? Table.Corpus, level: isIntermediate ? FastLevel : PublishedLevel)
        {
        }

        /// <summary>Appends a row. <paramref name="text"/> must be valid UTF-8.</summary>
        public void Append(CorpusFile file, ReadOnlySpan<byte> text)
        {
            Cells.Append(Column.BlobId, file.BlobId);
            Cells.Append(Column.ContentId, file.ContentId);
            Cells.Append(Column.Content, text);
            AttributionColumns.Append(Cells, file.Attribution);
            Cells.Append(Column.SourceEncoding, file.SourceEncoding);
            Cells.Append(Column.LengthBytes, file.Size);
            Cells.Append(Column.LineCount, file.Lines);
            Cells.Append(Column.MeanLineLength, file.MeanLine);
            Cells.Append(Column.MaxLineLength, file.MaxLine);
            Cells.Append(Column.AlphanumericFraction, file.AlphanumericShare);
            Cells.EndRow();
        }
    }

    /// <summary>Reads files with their text, one row group in memory at a time.</summary>
    public sealed class Reader : IDisposable
    {
        private readonly TableReader _reader;
        private readonly Lazy<IReadOnlySet<string>> _repositories;

        /// <summary>Opens a shard.</summary>
        /// <param name="path">The file.</param>
        /// <param name="repositories">
        /// Names of repositories, asked for only if the shard is of version 1: they tell how to divide its other occurrences into
        /// repository and path (<see cref="OccurrenceLocation.Parse"/>).
        /// </param>
        /// <exception cref="DataForgeException">The shard is damaged or of an unknown version.</exception>
        public Reader(string path, Func<IReadOnlySet<string>>? repositories = null)
        {
            _reader = new TableReader(path, Table.Corpus, Table.CorpusV1);
            _repositories = new(repositories ?? (static () => new HashSet<string>()));
        }

        /// <summary>The version of the shard.</summary>
        public Table Version => _reader.Table;

        /// <summary>Rows in the shard.</summary>
        public long RowCount => _reader.RowCount;

        /// <summary>Row groups in the shard.</summary>
        public int RowGroupCount => _reader.RowGroupCount;

        /// <summary>Reads one row group; dispose it when done with its values.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadRowGroup(int index) => new(_reader.ReadRowGroup(index), Version, _repositories);

        /// <summary>Reads some columns of one row group; dispose it when done with its values.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadRowGroup(int index, params Column[] columns) => new(_reader.ReadRowGroup(index, columns), Version, _repositories);

        /// <summary>Reads all columns of one row group but the text; dispose it when done with its values.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadWithoutText(int index) =>
            ReadRowGroup(index, [.. Version.Columns.Select(column => column.Column).Where(column => column != Column.Content)]);

        /// <summary>Reads ids, repositories' names and other occurrences of one row group; dispose it when done with its values.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadOccurrences(int index) =>
            ReadRowGroup(index, [Column.BlobId, Column.RepositoryName, .. OtherOccurrencesReader.ColumnsOf(Version)]);

        /// <inheritdoc/>
        public void Dispose() => _reader.Dispose();
    }

    /// <summary>The files of one row group. A member whose column was not read throws.</summary>
    public sealed class Rows : IDisposable
    {
        private readonly ParquetRowGroup _rows;
        private readonly Lazy<BinaryColumn> _ids;
        private readonly Lazy<BinaryColumn> _texts;
        private readonly Lazy<OtherOccurrencesReader> _others;
        private readonly Lazy<FileReader> _files;

        internal Rows(ParquetRowGroup rows, Table version, Lazy<IReadOnlySet<string>> repositories)
        {
            IReadOnlySet<string> Names() => version == Table.CorpusV1 ? repositories.Value : new HashSet<string>();
            _rows = rows;
            _ids = new(() => rows.Get(Column.BlobId));
            _texts = new(() => rows.Get(Column.Content));
            _others = new(() => new OtherOccurrencesReader(rows, version, Names()));
            _files = new(() => new FileReader(rows, version, Names()));
        }

        /// <summary>Files in the row group.</summary>
        public int Count => _rows.RowCount;

        /// <summary>The values of a column, for readers that need only some. Ask once for a row group, not once for a row.</summary>
        public TView Get<TView>(Column<TView> column) => _rows.Get(column);

        /// <summary>The git id of a file's source bytes.</summary>
        public BlobId Id(int row) => BlobId.Parse(_ids.Value[row]);

        /// <summary>A file's text in UTF-8, valid until the row group is disposed.</summary>
        public ReadOnlySpan<byte> Text(int row) => _texts.Value[row];

        /// <summary>The occurrences of a file other than the best one.</summary>
        public IReadOnlyList<OccurrenceLocation> OtherOccurrences(int row) => _others.Value.At(row);

        /// <summary>All about a file but its text; needs every column but <c>content</c>.</summary>
        public CorpusFile File(int row) => _files.Value.At(row, Id(row));

        /// <inheritdoc/>
        public void Dispose() => _rows.Dispose();
    }

    // Columns are looked up once for a row group, not once for a row.
    private sealed class FileReader(ParquetRowGroup rows, Table version, IReadOnlySet<string> repositories)
    {
        private readonly AttributionColumns.Reader _attribution = new(rows, version, repositories);
        private readonly BinaryColumn _contentId = rows.Get(Column.ContentId);
        private readonly BinaryColumn _encoding = rows.Get(Column.SourceEncoding);
        private readonly Int64Column _size = rows.Get(Column.LengthBytes);
        private readonly Int32Column _lines = rows.Get(Column.LineCount);
        private readonly DoubleColumn _meanLine = rows.Get(Column.MeanLineLength);
        private readonly Int32Column _maxLine = rows.Get(Column.MaxLineLength);
        private readonly DoubleColumn _alphanumericShare = rows.Get(Column.AlphanumericFraction);

        /// <summary>The file of a row.</summary>
        public CorpusFile At(int row, BlobId id) => new()
        {
            BlobId = id,
            ContentId = BlobId.Parse(_contentId[row]),
            Attribution = _attribution.At(row),
            SourceEncoding = _encoding.GetString(row),
            Size = _size[row],
            Lines = _lines[row],
            MeanLine = _meanLine[row],
            MaxLine = _maxLine[row],
            AlphanumericShare = _alphanumericShare[row],
        };
    }
}
