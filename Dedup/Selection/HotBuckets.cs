namespace DataForge.Dedup.Selection;

/// <summary>
/// Of each hot bucket, the kept files found in it so far: linked lists, the newest first. Memory: 4 bytes a hot bucket and 8 for each kept
/// file's place in one. A dropped file leaves nothing here, so a bucket of a million near duplicates holds the one that is kept.
/// </summary>
internal sealed class HotBuckets(long buckets)
{
    private readonly int[] _heads = NewHeads(buckets);
    private (int Rank, int Next)[] _links = new (int, int)[1 << 10];
    private int _count;

    /// <summary>Adds a kept file to a bucket. Ranks must not fall.</summary>
    public void Add(uint bucket, int rank)
    {
        if (_count == _links.Length)
        {
            Array.Resize(ref _links, checked(2 * _count));
        }

        _links[_count] = (rank, _heads[bucket]);
        _heads[bucket] = _count++;
    }

    /// <summary>Adds to <paramref name="ranks"/> the kept files in a bucket whose ranks are from <paramref name="from"/> to <paramref name="to"/>, the latter left out.</summary>
    public void Collect(uint bucket, int from, int to, HashSet<int> ranks)
    {
        for (int link = _heads[bucket]; link >= 0 && _links[link].Rank >= from; link = _links[link].Next)
        {
            if (_links[link].Rank < to)
            {
                ranks.Add(_links[link].Rank);
            }
        }
    }

    private static int[] NewHeads(long buckets)
    {
        var heads = new int[buckets];
        Array.Fill(heads, -1);
        return heads;
    }
}
