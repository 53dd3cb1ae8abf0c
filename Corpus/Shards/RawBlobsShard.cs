using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary><c>raw/blobs-NNNNN.parquet</c>: one row per distinct content, in order of its first occurrence.</summary>
public static class RawBlobsShard
{
    private const string Kind = "raw-blobs v1";

    // Single contents are read by those who ask about a file.
    private const int RowGroupBytes = 2 << 20;

    private static readonly ParquetSchema Schema = new(
        new("blob_id", ParquetType.String),
        new("content", ParquetType.Binary));

    /// <summary>Writes contents.</summary>
    public sealed class Writer(string path) : ShardWriter(path, Kind, Schema, RowGroupBytes)
    {
        /// <summary>Appends a row.</summary>
        public void Append(BlobId id, ReadOnlySpan<byte> content)
        {
            var cells = new CellWriter(Table);
            cells.Id(id);
            cells.Bytes(content);
            Table.EndRow();
        }
    }

    /// <summary>Reads contents, one row group in memory at a time.</summary>
    public sealed class Reader(string path) : IDisposable
    {
        private readonly ParquetReader _reader = ShardFile.Open(path, Kind);

        /// <summary>Row groups in the shard.</summary>
        public int RowGroupCount => _reader.RowGroupCount;

        /// <summary>Reads one row group; dispose it when done with its spans.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadRowGroup(int index) => new(ShardFile.Read(_reader, path, index));

        /// <summary>The row of a content in a row group, found without reading contents; −1 where it is not there.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public int Find(int index, BlobId id)
        {
            using ParquetRowGroup rows = ShardFile.Read(_reader, path, index, "blob_id");
            BinaryColumn ids = rows.Binary("blob_id");
            Span<byte> wanted = stackalloc byte[2 * BlobId.Size];
            id.FormatHex(wanted);
            for (int row = 0; row < rows.RowCount; row++)
            {
                if (ids[row].SequenceEqual(wanted))
                {
                    return row;
                }
            }

            return -1;
        }

        /// <summary>The ids of a row group's contents in order, found without reading contents.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public List<BlobId> ReadIds(int index)
        {
            using ParquetRowGroup rows = ShardFile.Read(_reader, path, index, "blob_id");
            BinaryColumn ids = rows.Binary("blob_id");
            var all = new List<BlobId>(rows.RowCount);
            for (int row = 0; row < rows.RowCount; row++)
            {
                all.Add(BlobId.Parse(ids[row]));
            }

            return all;
        }

        /// <inheritdoc/>
        public void Dispose() => _reader.Dispose();
    }

    /// <summary>The contents of one row group.</summary>
    public sealed class Rows : IDisposable
    {
        private readonly ParquetRowGroup _rows;
        private readonly BinaryColumn _ids;
        private readonly BinaryColumn _contents;

        internal Rows(ParquetRowGroup rows)
        {
            _rows = rows;
            _ids = rows.Binary("blob_id");
            _contents = rows.Binary("content");
        }

        /// <summary>Contents in the row group.</summary>
        public int Count => _rows.RowCount;

        /// <summary>A content's git id.</summary>
        public BlobId Id(int row) => BlobId.Parse(_ids[row]);

        /// <summary>A content's bytes, valid until the row group is disposed.</summary>
        public ReadOnlySpan<byte> Content(int row) => _contents[row];

        /// <inheritdoc/>
        public void Dispose() => _rows.Dispose();
    }
}
