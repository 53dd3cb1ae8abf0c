using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Selection;

/// <summary>
/// Every pair found at or above the threshold, for audits: <c>3-dataset/pairs.parquet</c>, in the order of the worse rank, then of the
/// better rank. A file with the same set as an earlier file is in one pair only, with that file. Memory: 24 bytes per pair.
/// </summary>
internal sealed class PairFile
{
    private readonly List<(int Rank, int Better, double Jaccard)> _pairs = [];

    /// <summary>Adds a pair. Thread-safe.</summary>
    public void Add(int rank, int better, double jaccard)
    {
        lock (_pairs)
        {
            _pairs.Add((rank, better, jaccard));
        }
    }

    /// <summary>Writes the pairs; returns how many there are.</summary>
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
    public sealed class Writer(string path) : IDisposable
    {
        private readonly TableWriter _table = new(path, Table.Pairs);

        /// <summary>Rows so far.</summary>
        public long Rows => _table.Rows;

        /// <summary>Appends a pair.</summary>
        public void Append(BlobId id, BlobId better, double jaccard)
        {
            _table.Append(Column.BlobId, id);
            _table.Append(Column.BetterBlobId, better);
            _table.Append(Column.Jaccard, jaccard);
            _table.EndRow();
        }

        /// <summary>Writes the footer.</summary>
        public void Close() => _table.Close();

        /// <inheritdoc/>
        public void Dispose() => _table.Dispose();
    }
}
