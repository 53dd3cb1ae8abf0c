namespace DataForge.Dedup.Selection;

/// <summary>
/// A range of ranks with everything that their files may be near duplicates of: words of (rank, other rank) and of (rank, hot bucket), in
/// order.
/// </summary>
internal sealed class Block
{
    private readonly ulong[] _memberships;
    private readonly int[] _candidateStarts;
    private readonly int[] _membershipStarts;

    /// <summary>Creates a block; the words are copied.</summary>
    /// <param name="from">The first rank.</param>
    /// <param name="to">The rank after the last.</param>
    /// <param name="candidates">Pairs (rank, better rank).</param>
    /// <param name="memberships">Members of hot buckets (rank, bucket).</param>
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

    /// <summary>The rank after the last.</summary>
    public int To { get; }

    /// <summary>Candidate pairs, with the better rank in the low half.</summary>
    public ulong[] Candidates { get; }

    /// <summary>By pair, its similarity; −1 where it is below the threshold or not needed.</summary>
    public double[] Similarities { get; }

    /// <summary>Near duplicates found by hot buckets; to be locked while adding.</summary>
    public List<(int Rank, int Other, double Similarity)> Found { get; } = [];

    /// <summary>Whether no file of the block has a candidate.</summary>
    public bool IsEmpty => Candidates.Length == 0 && _memberships.Length == 0;

    /// <summary>The indices of a file's pairs in <see cref="Candidates"/>.</summary>
    public Range CandidatesOf(int rank) => _candidateStarts[rank - From].._candidateStarts[rank - From + 1];

    /// <summary>The hot buckets of a file, in the low halves.</summary>
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
