namespace DataForge.Dedup.Selection;

/// <summary>What the selection decided, by rank. Memory: 16 bytes a file.</summary>
public sealed class SelectionResult
{
    internal SelectionResult(int files)
    {
        Twins = new int[files];
        Array.Fill(Twins, Kept);
        Similarities = new double[files];
        Clusters = new DisjointSets(files);
    }

    /// <summary>What <see cref="Twins"/> says of a kept file.</summary>
    public const int Kept = -1;

    /// <summary>The rank of the kept twin of a dropped file, or <see cref="Kept"/>.</summary>
    public int[] Twins { get; }

    /// <summary>A dropped file's Jaccard similarity with its kept twin; 0 for a kept one.</summary>
    public double[] Similarities { get; }

    /// <summary>Candidate pairs whose similarity was computed.</summary>
    public long VerifiedPairs { get; internal set; }

    /// <summary>Candidate pairs that sketches spared the computation.</summary>
    public long SparedPairs { get; internal set; }

    /// <summary>Pairs among the verified at or above the threshold.</summary>
    public long Edges { get; internal set; }

    /// <summary>Files joined by verified edges: of a dropped file with each kept file that it is a near duplicate of, or has the same set as.</summary>
    internal DisjointSets Clusters { get; }

    /// <summary>The best-ranked file of the cluster that a file is in; its own rank where it is in none.</summary>
    public int ClusterOf(int rank) => Clusters.Root(rank);
}
