using System.Numerics;
using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Sorting;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Selection;

/// <summary>Writes the clusters that verified edges make: their members, and a report of their sizes.</summary>
internal sealed class ClusterFiles
{
    /// <summary>Members from which on a cluster is called a giant.</summary>
    public const int Giant = 1_000;

    private static readonly ParquetSchema MemberSchema = new(
        new("cluster", ParquetType.String),
        new("cluster_size", ParquetType.Int32),
        new("blob_id", ParquetType.String),
        new("kept", ParquetType.Boolean),
        new("twin_blob_id", ParquetType.String, Nullable: true),
        new("jaccard", ParquetType.Double, Nullable: true));

    private readonly ulong[] _members;
    private readonly SelectionResult _result;
    private readonly RankTable _ranks;
    private readonly SignatureParts _signatures;

    /// <summary>Finds the clusters of two and more. Memory: 16 bytes a member.</summary>
    public ClusterFiles(SelectionResult result, RankTable ranks, SignatureParts signatures)
    {
        (_result, _ranks, _signatures) = (result, ranks, signatures);
        var sizes = new int[ranks.Count];
        for (int rank = 0; rank < sizes.Length; rank++)
        {
            sizes[result.ClusterOf(rank)]++;
        }

        var members = new List<ulong>();
        for (int rank = 0; rank < sizes.Length; rank++)
        {
            int cluster = result.ClusterOf(rank);
            if (sizes[cluster] > 1)
            {
                members.Add(((ulong)cluster << 32) | (uint)rank);
            }
        }

        _members = [.. members];
        RadixSort.Sort(_members, new ulong[_members.Length], 0);
        Report = MakeReport(sizes);
    }

    /// <summary>The clusters' sizes.</summary>
    public ClusterReport Report { get; }

    /// <summary>Writes a row for each member: cluster by cluster in the order of their best files, members by rank.</summary>
    public long WriteMembers(string path)
    {
        using var rows = new Writer(path);
        for (int start = 0; start < _members.Length;)
        {
            int size = 1;
            while (start + size < _members.Length && _members[start + size] >> 32 == _members[start] >> 32)
            {
                size++;
            }

            foreach (ulong member in _members.AsSpan(start, size))
            {
                int rank = (int)(uint)member;
                int twin = _result.Twins[rank];
                bool isKept = twin == SelectionResult.Kept;
                rows.Append(IdOf((int)(member >> 32)), size, IdOf(rank), isKept, isKept ? null : IdOf(twin), isKept ? null : _result.Similarities[rank]);
            }

            start += size;
        }

        rows.Close();
        return rows.Rows;
    }

    private BlobId IdOf(int rank) => _signatures.BlobId(_ranks.OrdinalOf[rank]);

    private ClusterReport MakeReport(int[] sizes)
    {
        // Cluster by cluster, in the order of their best files.
        return ClusterReport.Of(
            sizes.Length, Enumerable.Range(0, sizes.Length).Where(rank => sizes[rank] > 1).Select(rank => (IdOf(rank), sizes[rank])));
    }

    /// <summary>Writes the table of members, row by row.</summary>
    public sealed class Writer : IDisposable
    {
        private readonly FileStream _file;
        private readonly ParquetWriter _rows;

        /// <param name="path">The file.</param>
        public Writer(string path)
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            _rows = new ParquetWriter(_file, MemberSchema, new ParquetWriterOptions { Codec = ParquetCodec.Zstd, Level = 3, RowGroupBytes = 16 << 20 });
        }

        /// <summary>Rows so far.</summary>
        public long Rows => _rows.RowCount;

        /// <summary>Appends a member.</summary>
        public void Append(BlobId cluster, int size, BlobId id, bool kept, BlobId? twin, double? similarity)
        {
            Span<byte> hex = stackalloc byte[2 * BlobId.Size];
            cluster.FormatHex(hex);
            _rows.AppendBinary(0, hex);
            _rows.AppendInt32(1, size);
            id.FormatHex(hex);
            _rows.AppendBinary(2, hex);
            _rows.AppendBoolean(3, kept);
            if (twin is { } other && similarity is { } shared)
            {
                other.FormatHex(hex);
                _rows.AppendBinary(4, hex);
                _rows.AppendDouble(5, shared);
            }
            else
            {
                _rows.AppendNull(4);
                _rows.AppendNull(5);
            }

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

/// <summary>Sizes of the clusters of near duplicates (<c>3-dataset/clusters.json</c>).</summary>
/// <param name="Files">Files in all.</param>
/// <param name="Clusters">Clusters of two files or more.</param>
/// <param name="ClusteredFiles">Files in them.</param>
/// <param name="Giants">Clusters of at least 1,000 files.</param>
/// <param name="Sizes">Clusters by size.</param>
/// <param name="Largest">The 20 largest.</param>
internal sealed record ClusterReport(
    long Files, long Clusters, long ClusteredFiles, long Giants, IReadOnlyList<ClusterSizes> Sizes, IReadOnlyList<LargeCluster> Largest)
{
    private const int Listed = 20;

    /// <summary>The report of these clusters, each with the id of its best file and its size, in the order of their best files.</summary>
    public static ClusterReport Of(long files, IEnumerable<(BlobId Best, int Size)> clusters)
    {
        var bySize = new SortedDictionary<int, (long Clusters, long Files)>();
        var largest = new PriorityQueue<(BlobId Best, int Size, long Place), (int Size, long Worseness)>();
        long count = 0;
        long members = 0;
        long giants = 0;
        foreach ((BlobId best, int size) in clusters)
        {
            giants += size >= ClusterFiles.Giant ? 1 : 0;
            members += size;
            int bound = (int)BitOperations.RoundUpToPowerOf2((uint)size);
            (long ofBound, long ofFiles) = bySize.GetValueOrDefault(bound);
            bySize[bound] = (ofBound + 1, ofFiles + size);
            largest.Enqueue((best, size, count), (size, -count));
            count++;
            if (largest.Count > Listed)
            {
                largest.Dequeue();
            }
        }

        return new ClusterReport(
            files, count, members, giants,
            [.. bySize.Select(pair => new ClusterSizes(pair.Key, pair.Value.Clusters, pair.Value.Files))],
            [.. largest.UnorderedItems.Select(item => item.Element).OrderByDescending(item => item.Size).ThenBy(item => item.Place)
                .Select(item => new LargeCluster(item.Best.ToString(), item.Size))]);
    }
}

/// <summary>Clusters whose size is above half of <paramref name="UpTo"/> and at most it.</summary>
internal sealed record ClusterSizes(int UpTo, long Clusters, long Files);

/// <summary>A cluster by the blob id of its best file.</summary>
internal sealed record LargeCluster(string BlobId, int Files);
