using DataForge.Corpus;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Sorting;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Selection;

/// <summary>The clusters of near duplicates, connected by verified edges: writes their members and reports their sizes.</summary>
internal sealed class ClusterFiles
{
    /// <summary>A cluster with at least so many members is reported as a giant.</summary>
    public const int Giant = 1_000;

    private readonly ulong[] _members;
    private readonly SelectionResult _result;
    private readonly RankTable _ranks;
    private readonly SignatureParts _signatures;

    /// <summary>Finds the clusters with two files or more. Memory: 16 bytes per member.</summary>
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

    /// <summary>
    /// Writes a row for each member: clusters in the order of their best files, members by rank. Returns the number of rows.
    /// </summary>
    public long WriteMembers(string path)
    {
        using var rows = new ClusterWriter(path);
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
                rows.Append(
                    IdOf((int)(member >> 32)), size, IdOf(rank), isKept,
                    isKept ? null : IdOf(twin), isKept ? null : _result.Similarities[rank]);
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
}
