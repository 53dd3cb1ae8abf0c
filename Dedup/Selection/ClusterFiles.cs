using System.Numerics;
using DataForge.Corpus;
using DataForge.Corpus.Parquet;
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

    private const int Listed = 20;

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
        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        using var rows = new ParquetWriter(file, MemberSchema, new ParquetWriterOptions { Codec = ParquetCodec.Zstd, Level = 3, RowGroupBytes = 16 << 20 });
        Span<byte> hex = stackalloc byte[2 * BlobId.Size];
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
                IdOf((int)(member >> 32)).FormatHex(hex);
                rows.AppendBinary(0, hex);
                rows.AppendInt32(1, size);
                IdOf(rank).FormatHex(hex);
                rows.AppendBinary(2, hex);
                rows.AppendBoolean(3, twin == SelectionResult.Kept);
                if (twin == SelectionResult.Kept)
                {
                    rows.AppendNull(4);
                    rows.AppendNull(5);
                }
                else
                {
                    IdOf(twin).FormatHex(hex);
                    rows.AppendBinary(4, hex);
                    rows.AppendDouble(5, _result.Similarities[rank]);
                }

                rows.EndRow();
            }

            start += size;
        }

        rows.Close();
        return rows.RowCount;
    }

    private BlobId IdOf(int rank) => _signatures.BlobId(_ranks.OrdinalOf[rank]);

    private ClusterReport MakeReport(int[] sizes)
    {
        var bySize = new SortedDictionary<int, (long Clusters, long Files)>();
        var largest = new PriorityQueue<(int Rank, int Size), (int Size, int Worseness)>();
        long clusters = 0;
        long giants = 0;
        for (int rank = 0; rank < sizes.Length; rank++)
        {
            if (sizes[rank] < 2)
            {
                continue;
            }

            clusters++;
            giants += sizes[rank] >= Giant ? 1 : 0;
            int bound = (int)BitOperations.RoundUpToPowerOf2((uint)sizes[rank]);
            (long ofBound, long files) = bySize.GetValueOrDefault(bound);
            bySize[bound] = (ofBound + 1, files + sizes[rank]);
            largest.Enqueue((rank, sizes[rank]), (sizes[rank], -rank));
            if (largest.Count > Listed)
            {
                largest.Dequeue();
            }
        }

        return new ClusterReport(
            sizes.Length, clusters, _members.Length, giants,
            [.. bySize.Select(pair => new ClusterSizes(pair.Key, pair.Value.Clusters, pair.Value.Files))],
            [.. largest.UnorderedItems.Select(item => item.Element).OrderByDescending(item => item.Size).ThenBy(item => item.Rank)
                .Select(item => new LargeCluster(IdOf(item.Rank).ToString(), item.Size))]);
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
    long Files, long Clusters, long ClusteredFiles, long Giants, IReadOnlyList<ClusterSizes> Sizes, IReadOnlyList<LargeCluster> Largest);

/// <summary>Clusters whose size is above half of <paramref name="UpTo"/> and at most it.</summary>
internal sealed record ClusterSizes(int UpTo, long Clusters, long Files);

/// <summary>A cluster by the blob id of its best file.</summary>
internal sealed record LargeCluster(string BlobId, int Files);
