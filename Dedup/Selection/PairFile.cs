using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Selection;

/// <summary>
/// Every pair found at or above the threshold, for audits: <c>3-dataset/pairs.parquet</c>, in the order of the worse rank, then of the better. A file whose set an
/// earlier file has comes in one pair only, with that file. Memory: 24 bytes a pair.
/// </summary>
internal sealed class PairFile
{
    private static readonly ParquetSchema Schema = new(
        new("blob_id", ParquetType.String), new("better_blob_id", ParquetType.String), new("jaccard", ParquetType.Double));

    private readonly List<(int Rank, int Better, double Jaccard)> _pairs = [];

    /// <summary>Takes a pair; safe from several threads.</summary>
    public void Add(int rank, int better, double jaccard)
    {
        lock (_pairs)
        {
            _pairs.Add((rank, better, jaccard));
        }
    }

    /// <summary>Writes the pairs; returns how many they are.</summary>
    public long Write(string path, RankTable ranks, SignatureParts signatures)
    {
        _pairs.Sort();
        using var rows = new Writer(path);
        foreach ((int rank, int better, double jaccard) in _pairs)
        {
            rows.Append(signatures.BlobId(ranks.OrdinalOf[rank]), signatures.BlobId(ranks.OrdinalOf[better]), jaccard);
        }

        rows.Close();
        return rows.Rows;
    }

    /// <summary>Writes the table, row by row.</summary>
    public sealed class Writer : IDisposable
    {
        private readonly FileStream _file;
        private readonly ParquetWriter _rows;

        /// <param name="path">The file.</param>
        public Writer(string path)
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            _rows = new ParquetWriter(_file, Schema, new ParquetWriterOptions { Codec = ParquetCodec.Zstd, Level = 3, RowGroupBytes = 16 << 20 });
        }

        /// <summary>Rows so far.</summary>
        public long Rows => _rows.RowCount;

        /// <summary>Appends a pair.</summary>
        public void Append(BlobId id, BlobId better, double jaccard)
        {
            Span<byte> hex = stackalloc byte[2 * BlobId.Size];
            id.FormatHex(hex);
            _rows.AppendBinary(0, hex);
            better.FormatHex(hex);
            _rows.AppendBinary(1, hex);
            _rows.AppendDouble(2, jaccard);
            _rows.EndRow();
        }

        /// <summary>Writes the footer.</summary>
        public void Close() => _rows.Close();

        /// <inheritdoc/>
        public void Dispose()
        {
            _rows.Dispose();
            _file.Dispose();
        }
    }
}
