namespace DataForge.Dedup.Selection;

/// <summary>The selection's decisions by rank. Memory: 16 bytes per file.</summary>
public sealed class SelectionResult
{
    internal SelectionResult(int files)
    {
        Twins = new int[files];
        Array.Fill(Twins, Kept);
        Similarities = new double[files];
        Clusters = new DisjointSets(files);
    }

    /// <summary>The value in <see cref="Twins"/> for a kept file.</summary>
    public const int Kept = -1;

    /// <summary>The rank of the kept twin of a dropped file, or <see cref="Kept"/>.</summary>
    public int[] Twins { get; }

    /// <summary>A dropped file's Jaccard similarity with its kept twin; 0 for a kept file.</summary>
    public double[] Similarities { get; }

    /// <summary>Candidate pairs whose similarity was computed.</summary>
    public long VerifiedPairs { get; internal set; }

    /// <summary>Candidate pairs that sketches ruled out, so that their similarity was not computed.</summary>
    public long SparedPairs { get; internal set; }

    /// <summary>Verified pairs at or above the threshold.</summary>
    public long Edges { get; internal set; }

    /// <summary>
    /// Files connected by verified edges: a dropped file with each kept file that it is a near duplicate of, or has the same set as.
    /// </summary>
    internal DisjointSets Clusters { get; }

    /// <summary>The best rank in the cluster of a file; its own rank where it is in no cluster.</summary>
    public int ClusterOf(int rank) => Clusters.Root(rank);
}
