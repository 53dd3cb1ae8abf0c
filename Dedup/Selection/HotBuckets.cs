namespace DataForge.Dedup.Selection;

/// <summary>
/// For each hot bucket, the kept files found in it so far: linked lists, newest first. Memory: 4 bytes per hot bucket, and 8 for each kept
/// file in one. Dropped files are not stored, so a bucket of a million near duplicates has only the one that is kept.
/// </summary>
internal sealed class HotBuckets(long buckets)
{
    private readonly int[] _heads = NewHeads(buckets);
    private (int Rank, int Next)[] _links = new (int, int)[1 << 10];
    private int _count;

    /// <summary>Adds a kept file to a bucket. Ranks must not decrease.</summary>
    public void Add(uint bucket, int rank)
    {
        if (_count == _links.Length)
        {
            Array.Resize(ref _links, checked(2 * _count));
        }

        _links[_count] = (rank, _heads[bucket]);
        _heads[bucket] = _count++;
    }

    /// <summary>
    /// Adds to <paramref name="ranks"/> the kept files of a bucket whose ranks are at least <paramref name="from"/> and below
    /// <paramref name="to"/>.
    /// </summary>
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
