using DataForge.Corpus.Columns;
using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary><c>raw/blobs-NNNNN.parquet</c>: one row per distinct content, in order of its first occurrence.</summary>
public static class RawBlobsShard
{
    // Small, because `explain` reads single contents, and a row group has to be decoded for each of them.
    private const int RowGroupBytes = 2 << 20;

    /// <summary>Writes contents.</summary>
    public sealed class Writer(string path) : ShardWriter(path, Table.RawBlobs, RowGroupBytes)
    {
        /// <summary>Appends a row.</summary>
        public void Append(BlobId id, ReadOnlySpan<byte> content)
        {
            Cells.Append(Column.BlobId, id);
            Cells.Append(Column.SourceBytes, content);
            Cells.EndRow();
        }
    }

    /// <summary>Reads contents, one row group in memory at a time.</summary>
    public sealed class Reader(string path) : IDisposable
    {
        private readonly TableReader _reader = new(path, Table.RawBlobs);

        /// <summary>Row groups in the shard.</summary>
        public int RowGroupCount => _reader.RowGroupCount;

        /// <summary>Reads one row group; dispose it when done with its spans.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public Rows ReadRowGroup(int index) => new(_reader.ReadRowGroup(index));

        /// <summary>The row of a content in a row group, found without reading contents; −1 if it is not there.</summary>
        /// <exception cref="DataForgeException">The row group is damaged.</exception>
        public int Find(int index, BlobId id)
        {
            using ParquetRowGroup rows = _reader.ReadRowGroup(index, Column.BlobId);
            BinaryColumn ids = rows.Get(Column.BlobId);
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
            using ParquetRowGroup rows = _reader.ReadRowGroup(index, Column.BlobId);
            BinaryColumn ids = rows.Get(Column.BlobId);
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
            _ids = rows.Get(Column.BlobId);
            _contents = rows.Get(Column.SourceBytes);
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
