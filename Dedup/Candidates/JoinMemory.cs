using System.Collections.Concurrent;

namespace DataForge.Dedup.Candidates;

/// <summary>
/// What parts of the candidate step share in one process: the ranks, read once, and buffers that one part leaves to the next. So the memory taken is that of the parts
/// computed at one time, whenever the garbage collector looks.
/// </summary>
/// <param name="readRanks">Reads, by ordinal, the ranks of those that take part, and how many files a base has kept.</param>
internal sealed class JoinMemory(Func<(int[] Firsts, int BaseKept)> readRanks)
{
    private readonly Lazy<(int[] Firsts, int BaseKept)> _ranks = new(readRanks);
    private readonly ConcurrentBag<JoinBuffers> _free = [];

    /// <summary>The ranks.</summary>
    public (int[] Firsts, int BaseKept) Ranks => _ranks.Value;

    /// <summary>Buffers for one part.</summary>
    public JoinBuffers Take() => _free.TryTake(out JoinBuffers? buffers) ? buffers : new JoinBuffers();

    /// <summary>Leaves buffers to the next part.</summary>
    public void Return(JoinBuffers buffers) => _free.Add(buffers);
}

/// <summary>The buffers of one part.</summary>
internal sealed class JoinBuffers
{
    /// <summary>For the sort of a band.</summary>
    public WordBuffer Band { get; } = new();

    /// <summary>For the pairs.</summary>
    public WordBuffer Pairs { get; } = new();

    /// <summary>For the members of hot buckets.</summary>
    public WordBuffer Hot { get; } = new();
}

/// <summary>Words, and as many that a sort moves them to and fro with. Its user makes both longer as needed.</summary>
internal sealed class WordBuffer
{
    /// <summary>The words.</summary>
    public ulong[] Words = [];

    /// <summary>Where the sort puts them; as long as <see cref="Words"/> once they are sorted.</summary>
    public ulong[] Scratch = [];
}
