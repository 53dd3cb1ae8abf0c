using System.Numerics;

namespace DataForge.Dedup.Selection;

/// <summary>
/// A range of ranks with everything that their files may be near duplicates of: words of (rank, other rank) and of (rank, hot bucket), in
/// order. One object is reused for one range after another, with its memory.
/// </summary>
internal sealed class Block
{
    private int _candidateCount;
    private ulong[] _memberships = [];
    private int _membershipCount;
    private int[] _candidateStarts = [];
    private int[] _membershipStarts = [];

    /// <summary>The first rank.</summary>
    public int From { get; private set; }

    /// <summary>The rank after the last.</summary>
    public int To { get; private set; }

    /// <summary>Candidate pairs, with the better rank in the low half; those of <see cref="CandidatesOf"/> are in use.</summary>
    public ulong[] Candidates { get; private set; } = [];

    /// <summary>By pair, its similarity; −1 where it is below the threshold or not needed.</summary>
    public double[] Similarities { get; private set; } = [];

    /// <summary>Near duplicates found by hot buckets; to be locked while adding.</summary>
    public List<(int Rank, int Other, double Similarity)> Found { get; } = [];

    /// <summary>Whether no file of the block has a candidate.</summary>
    public bool IsEmpty => _candidateCount == 0 && _membershipCount == 0;

    /// <summary>Makes it the block of other ranks; the words are copied.</summary>
    /// <param name="from">The first rank.</param>
    /// <param name="to">The rank after the last.</param>
    /// <param name="candidates">Pairs (rank, better rank).</param>
    /// <param name="memberships">Members of hot buckets (rank, bucket).</param>
    public void Set(int from, int to, ReadOnlySpan<ulong> candidates, ReadOnlySpan<ulong> memberships)
    {
        (From, To) = (from, to);
        (_candidateCount, _membershipCount) = (candidates.Length, memberships.Length);
        (Candidates, _memberships) = (Copy(candidates, Candidates), Copy(memberships, _memberships));
        if (Similarities.Length < Candidates.Length)
        {
            Similarities = new double[Candidates.Length];
        }

        _candidateStarts = Starts(candidates, _candidateStarts);
        _membershipStarts = Starts(memberships, _membershipStarts);
        Found.Clear();
    }

    /// <summary>The indices of a file's pairs in <see cref="Candidates"/>.</summary>
    public Range CandidatesOf(int rank) => _candidateStarts[rank - From].._candidateStarts[rank - From + 1];

    /// <summary>The hot buckets of a file, in the low halves.</summary>
    public ReadOnlySpan<ulong> MembershipsOf(int rank) =>
        _memberships.AsSpan(_membershipStarts[rank - From].._membershipStarts[rank - From + 1]);

    private static ulong[] Copy(ReadOnlySpan<ulong> words, ulong[] memory)
    {
        if (memory.Length < words.Length)
        {
            memory = new ulong[BitOperations.RoundUpToPowerOf2((uint)words.Length)];
        }

        words.CopyTo(memory);
        return memory;
    }

    private int[] Starts(ReadOnlySpan<ulong> words, int[] memory)
    {
        int[] starts = memory.Length > To - From ? memory : new int[To - From + 1];
        int at = 0;
        for (int i = 0; i <= To - From; i++)
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
