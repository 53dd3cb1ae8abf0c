namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// Merges the symbols of one pre-token: always the pair with the lowest rank, the leftmost of equal ones. Short pre-tokens are merged by
/// scanning all pairs each time, long ones with a heap, so that a pre-token of a megabyte takes n log n.
/// </summary>
internal sealed class BpeMerger(MergeRanks ranks)
{
    private const int LongestScan = 64; // symbols; up to about this length a scan is faster than a heap

    private int[] _previous = [], _next = [], _rankAt = [];
    private readonly PriorityQueue<int, ulong> _heap = new();

    /// <summary>Merges in place. Returns the number of remaining symbols, which are at the start.</summary>
    public int Merge(Span<ushort> symbols) => symbols.Length <= LongestScan ? MergeByScan(symbols) : MergeByHeap(symbols);

    private int MergeByScan(Span<ushort> symbols)
    {
        Span<int> rank = stackalloc int[LongestScan];
        int length = symbols.Length;
        for (int i = 0; i + 1 < length; i++)
        {
            rank[i] = ranks.Rank(symbols[i], symbols[i + 1]);
        }

        while (length > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < length; i++)
            {
                if (rank[i] < rank[best])
                {
                    best = i;
                }
            }

            if (rank[best] == MergeRanks.None)
            {
                break;
            }

            symbols[best] = ranks.Result(rank[best]);
            length--;
            symbols[(best + 2)..(length + 1)].CopyTo(symbols[(best + 1)..]);
            rank[(best + 1)..length].CopyTo(rank[best..]);
            if (best > 0)
            {
                rank[best - 1] = ranks.Rank(symbols[best - 1], symbols[best]);
            }

            if (best + 1 < length)
            {
                rank[best] = ranks.Rank(symbols[best], symbols[best + 1]);
            }
        }

        return length;
    }

    // A doubly linked list over the positions. _rankAt is the rank of the pair that starts at a position; heap entries whose rank differs
    // from it are outdated and skipped.
    private int MergeByHeap(Span<ushort> symbols)
    {
        int length = symbols.Length;
        if (_next.Length < length)
        {
            _previous = new int[length];
            _next = new int[length];
            _rankAt = new int[length];
        }

        _heap.Clear();
        for (int i = 0; i < length; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1;
            _rankAt[i] = MergeRanks.None;
        }

        for (int i = 0; i + 1 < length; i++)
        {
            UpdateRank(symbols, i, length);
        }

        while (_heap.TryDequeue(out int at, out ulong priority))
        {
            if (_rankAt[at] != (int)(priority >> 32))
            {
                continue;
            }

            int second = _next[at], after = _next[second];
            symbols[at] = ranks.Result(_rankAt[at]);
            _rankAt[second] = MergeRanks.None;
            _next[at] = after;
            if (after < length)
            {
                _previous[after] = at;
            }

            UpdateRank(symbols, at, length);
            if (_previous[at] >= 0)
            {
                UpdateRank(symbols, _previous[at], length);
            }
        }

        int kept = 0;
        for (int i = 0; i < length; i = _next[i])
        {
            symbols[kept++] = symbols[i];
        }

        return kept;
    }

    private void UpdateRank(Span<ushort> symbols, int at, int length)
    {
        int second = _next[at];
        int rank = second < length ? ranks.Rank(symbols[at], symbols[second]) : MergeRanks.None;
        if (rank != _rankAt[at] && rank != MergeRanks.None)
        {
            _heap.Enqueue(at, ((ulong)(uint)rank << 32) | (uint)at);
        }

        _rankAt[at] = rank;
    }
}
