namespace DataForge.Dedup.Selection;

/// <summary>A range of ranks with all that they may be near duplicates of: words of (rank, other rank) and of (rank, hot bucket), in order.</summary>
internal sealed class Block
{
    private readonly ulong[] _memberships;
    private readonly int[] _candidateStarts;
    private readonly int[] _membershipStarts;

    public Block(int from, int to, ReadOnlySpan<ulong> candidates, ReadOnlySpan<ulong> memberships)
    {
        (From, To) = (from, to);
        Candidates = candidates.ToArray();
        Similarities = new double[candidates.Length];
        _memberships = memberships.ToArray();
        _candidateStarts = Starts(Candidates);
        _membershipStarts = Starts(_memberships);
    }

    /// <summary>The first rank.</summary>
    public int From { get; }

    /// <summary>The rank behind the last.</summary>
    public int To { get; }

    /// <summary>Pairs, the better rank in the second half.</summary>
    public ulong[] Candidates { get; }

    /// <summary>By pair, its similarity, or −1 where it is below the threshold or was not needed.</summary>
    public double[] Similarities { get; }

    /// <summary>Near duplicates found through hot buckets; locked while it is added to.</summary>
    public List<(int Rank, int Other, double Similarity)> Found { get; } = [];

    /// <summary>Whether no file of the block has a candidate.</summary>
    public bool IsEmpty => Candidates.Length == 0 && _memberships.Length == 0;

    /// <summary>Where a file's pairs stand.</summary>
    public Range CandidatesOf(int rank) => _candidateStarts[rank - From].._candidateStarts[rank - From + 1];

    /// <summary>The hot buckets of a file, in the second halves.</summary>
    public ReadOnlySpan<ulong> MembershipsOf(int rank) =>
        _memberships.AsSpan(_membershipStarts[rank - From].._membershipStarts[rank - From + 1]);

    private int[] Starts(ulong[] words)
    {
        var starts = new int[To - From + 1];
        int at = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            while (at < words.Length && (int)(words[at] >> 32) < From + i)
            {
                at++;
            }

            starts[i] = at;
        }

        return starts;
    }
}
