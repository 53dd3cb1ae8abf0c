using System.Numerics;
using DataForge.Corpus;

namespace DataForge.Dedup.Selection;

/// <summary>Sizes of the clusters of near duplicates (<c>3-dataset/clusters.json</c>).</summary>
/// <param name="Files">Files in clusters or not.</param>
/// <param name="Clusters">Clusters of two files or more.</param>
/// <param name="ClusteredFiles">Files in clusters.</param>
/// <param name="Giants">Clusters of at least 1,000 files.</param>
/// <param name="Sizes">Clusters by size.</param>
/// <param name="Largest">The 20 largest.</param>
internal sealed record ClusterReport(
    long Files, long Clusters, long ClusteredFiles, long Giants, IReadOnlyList<ClusterSizes> Sizes, IReadOnlyList<LargeCluster> Largest)
{
    private const int MaxListed = 20;

    /// <summary>The report of clusters, each given by the id of its best file and its size, in the order of their best files.</summary>
    public static ClusterReport Of(long files, IEnumerable<(BlobId Best, int Size)> clusters)
    {
        var bySize = new SortedDictionary<int, (long Clusters, long Files)>();
        var largest = new PriorityQueue<(BlobId Best, int Size, long Index), (int Size, long Priority)>();
        long count = 0;
        long members = 0;
        long giants = 0;
        foreach ((BlobId best, int size) in clusters)
        {
            giants += size >= ClusterFiles.Giant ? 1 : 0;
            members += size;
            int bound = (int)BitOperations.RoundUpToPowerOf2((uint)size);
            (long clustersOfBound, long filesOfBound) = bySize.GetValueOrDefault(bound);
            bySize[bound] = (clustersOfBound + 1, filesOfBound + size);
            largest.Enqueue((best, size, count), (size, -count));
            count++;
            if (largest.Count > MaxListed)
            {
                largest.Dequeue();
            }
        }

        return new ClusterReport(
            files, count, members, giants,
            [.. bySize.Select(pair => new ClusterSizes(pair.Key, pair.Value.Clusters, pair.Value.Files))],
            [.. largest.UnorderedItems.Select(item => item.Element).OrderByDescending(item => item.Size).ThenBy(item => item.Index)
                .Select(item => new LargeCluster(item.Best.ToString(), item.Size))]);
    }
}

/// <summary>Clusters of similar size.</summary>
/// <param name="UpTo">A power of two: the sizes are above half of it and at most it.</param>
/// <param name="Clusters">How many clusters.</param>
/// <param name="Files">Files in them.</param>
internal sealed record ClusterSizes(int UpTo, long Clusters, long Files);

/// <summary>One of the largest clusters.</summary>
/// <param name="BlobId">The blob id of its best file.</param>
/// <param name="Files">Files in it.</param>
internal sealed record LargeCluster(string BlobId, int Files);
