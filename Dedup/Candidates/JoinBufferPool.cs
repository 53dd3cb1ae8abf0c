using System.Collections.Concurrent;

namespace DataForge.Dedup.Candidates;

/// <summary>
/// What the parts of the candidate step share in one process: the ranks, read once, and buffers that are reused from part to part. So the
/// memory is that of the parts computed at the same time, independently of garbage collection.
/// </summary>
/// <param name="readRanks">
/// Reads the ranks by ordinal (<see cref="Ranking.RankTable.ReadFirsts"/>), and how many files a base has kept.
/// </param>
internal sealed class JoinBufferPool(Func<(int[] Firsts, int BaseKept)> readRanks)
{
    private readonly Lazy<(int[] Firsts, int BaseKept)> _ranks = new(readRanks);
    private readonly ConcurrentBag<JoinBuffers> _free = [];

    /// <summary>The ranks by ordinal, and how many files a base has kept.</summary>
    public (int[] Firsts, int BaseKept) Ranks => _ranks.Value;

    /// <summary>Rents buffers for one part.</summary>
    public JoinBuffers Rent() => _free.TryTake(out JoinBuffers? buffers) ? buffers : new JoinBuffers();

    /// <summary>Returns buffers, for the next part.</summary>
    public void Return(JoinBuffers buffers) => _free.Add(buffers);
}

/// <summary>The buffers of one part.</summary>
internal sealed class JoinBuffers
{
    /// <summary>The buffer for sorting a band.</summary>
    public WordBuffer Band { get; } = new();

    /// <summary>The buffer for pairs.</summary>
    public WordBuffer Pairs { get; } = new();

    /// <summary>The buffer for members of hot buckets.</summary>
    public WordBuffer Hot { get; } = new();
}

/// <summary>Words, and the scratch space of a sort. The user of the buffer enlarges both as needed.</summary>
internal sealed class WordBuffer
{
    /// <summary>The words.</summary>
    public ulong[] Words = [];

    /// <summary>The sort's scratch space, at least as long as the words in use.</summary>
    public ulong[] Scratch = [];
}
