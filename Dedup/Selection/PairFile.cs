using DataForge.Corpus;
using DataForge.Corpus.Parquet;
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
        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        using var rows = new ParquetWriter(file, Schema, new ParquetWriterOptions { Codec = ParquetCodec.Zstd, Level = 3, RowGroupBytes = 16 << 20 });
        Span<byte> hex = stackalloc byte[2 * BlobId.Size];
        foreach ((int rank, int better, double jaccard) in _pairs)
        {
            signatures.BlobId(ranks.OrdinalOf[rank]).FormatHex(hex);
            rows.AppendBinary(0, hex);
            signatures.BlobId(ranks.OrdinalOf[better]).FormatHex(hex);
            rows.AppendBinary(1, hex);
            rows.AppendDouble(2, jaccard);
            rows.EndRow();
        }

        rows.Close();
        return rows.RowCount;
    }
}
