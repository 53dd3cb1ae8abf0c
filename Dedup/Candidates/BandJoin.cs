using System.Numerics;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Sorting;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Candidates;

/// <summary>
/// Finds the files that share a band: reads the keys of a band from all parts, sorts them, and processes each bucket of equal keys. A small
/// bucket is written as its pairs; a hot one as a list of its members, so that its cost is linear in their number and no pair is lost.
/// </summary>
/// <remarks>
/// Memory: 16 bytes per file for the sort, up to <see cref="DedupOptions.SortMemory"/>; beyond that the band is sorted in slices of its key
/// space, and read once for each slice. Keys are uniform, so slices are of even size; only a bucket larger than a slice takes more. The
/// rank table takes 4 bytes per file.
/// <para>
/// Files of a base matter only where they share a bucket with a file of the run. So the run's keys of the band are read first and marked in
/// a bitmap, and of the base's keys only those are sorted that are marked: those that the run has too, and one in sixteen of the others.
/// </para>
/// </remarks>
internal sealed class BandJoin
{
    /// <summary>
    /// A bucket with at most so many members is written as pairs, at most 28. In a larger one a member takes 8 bytes, where its share of
    /// the pairs would take more than 28.
    /// </summary>
    public const int MaxPairedBucket = 8;

    private readonly SignatureParts _signatures;
    private readonly int[] _ranks;
    private readonly int _baseParts;
    private readonly int _baseKept;
    private readonly ulong[] _marks = [];
    private readonly int _markShift;
    private readonly int _slices;
    private readonly int _rankBits;
    private readonly int _maxPaired;
    private readonly long _usualSlice;
    private readonly ulong[] _buffer = new ulong[WordFile.BufferWords];
    private readonly WordBuffer _sort;
    private int _count;

    /// <summary>Creates a join of the bands of all parts.</summary>
    /// <param name="signatures">The signatures of all parts.</param>
    /// <param name="ranks">By ordinal, a file's rank; −1 for a file that is left out because a better one has the same set.</param>
    /// <param name="baseParts">Parts of the base, which come before all others; 0 without a base.</param>
    /// <param name="baseKept">
    /// How many of the first ranks are files of the base, which are known not to be near duplicates of each other.
    /// </param>
    /// <param name="allPairs">Whether every bucket is written as pairs, however large.</param>
    /// <param name="memory">Bytes for the sort.</param>
    /// <param name="sort">The sort's buffer.</param>
    public BandJoin(SignatureParts signatures, int[] ranks, int baseParts, int baseKept, bool allPairs, long memory, WordBuffer sort)
    {
        (_signatures, _ranks, _baseParts, _baseKept, _sort) = (signatures, ranks, baseParts, baseKept, sort);
        _rankBits = KeyedRanks.RankBits(ranks.Length);
        _maxPaired = allPairs ? int.MaxValue : MaxPairedBucket;
        long maxSlice = Math.Max(1 << 10, memory / (2 * sizeof(ulong)));
        int baseFiles = signatures.Start(baseParts);
        long sorted = ranks.Length - baseFiles;
        if (baseFiles > 0)
        {
            // Sixteen bits per key.
            int bits = Math.Clamp(BitOperations.Log2((ulong)sorted | 1) + 5, 10, 36);
            _marks = new ulong[1 << (bits - 6)];
            _markShift = 64 - bits;
            sorted += baseFiles / 16;
        }

        _slices = (int)Math.Max(1, (sorted + maxSlice - 1) / maxSlice);

        // Slices are of even size except for hot buckets, so a little more than a slice's size suffices for most.
        _usualSlice = (sorted / _slices * 17 / 16) + WordFile.BufferWords;
    }

    /// <summary>Hot buckets found so far.</summary>
    public uint HotBuckets { get; private set; }

    /// <summary>Members of the largest bucket found so far.</summary>
    public int LargestBucket { get; private set; }

    /// <summary>
    /// Joins one band. Writes pairs as (worse rank, better rank), and members of hot buckets as (rank, number of the bucket).
    /// </summary>
    public void Join(int band, WordRunWriter pairs, WordRunWriter hot, CancellationToken cancellation)
    {
        if (_marks.Length > 0)
        {
            Mark(band, cancellation);
        }

        for (int slice = 0; slice < _slices; slice++)
        {
            Load(band, slice, cancellation);
            if (_sort.Scratch.Length < _count)
            {
                _sort.Scratch = new ulong[_sort.Words.Length];
            }

            KeyedRanks.ForEachGroup(_sort.Words.AsSpan(0, _count), _sort.Scratch, _rankBits, bucket => Emit(bucket, pairs, hot));
        }
    }

    private void Mark(int band, CancellationToken cancellation)
    {
        Array.Clear(_marks);
        for (int part = _baseParts; part < _signatures.Count; part++)
        {
            cancellation.ThrowIfCancellationRequested();
            _signatures[part].Scan(SignatureColumn.FirstBand + band, _buffer, (_, keys) =>
            {
                foreach (ulong key in keys)
                {
                    ulong bit = key >> _markShift;
                    _marks[bit >> 6] |= 1UL << (int)(bit & 63);
                }
            });
        }
    }

    private bool IsMarked(ulong key)
    {
        ulong bit = key >> _markShift;
        return (_marks[bit >> 6] >> (int)(bit & 63) & 1) != 0;
    }

    private void Load(int band, int slice, CancellationToken cancellation)
    {
        int slices = _slices;
        _count = 0;
        for (int part = 0; part < _signatures.Count; part++)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = _signatures.Start(part);
            bool isBase = part < _baseParts;
            _signatures[part].Scan(SignatureColumn.FirstBand + band, _buffer, (row, keys) =>
            {
                ReadOnlySpan<int> ranks = _ranks.AsSpan(start + (int)row, keys.Length);
                EnsureCapacity(keys.Length);
                ulong[] words = _sort.Words;
                int count = _count;
                for (int i = 0; i < keys.Length; i++)
                {
                    bool isInSlice = slices == 1 || (int)(((keys[i] >> 32) * (ulong)slices) >> 32) == slice;
                    if (keys[i] != 0 && ranks[i] >= 0 && (!isBase || IsMarked(keys[i])) && isInSlice)
                    {
                        words[count++] = KeyedRanks.Pack(keys[i], ranks[i], _rankBits);
                    }
                }

                _count = count;
            });
        }
    }

    private void EnsureCapacity(int more)
    {
        if (_sort.Words.Length - _count < more)
        {
            long needed = _count + (long)more;
            long length = needed <= _usualSlice ? _usualSlice : needed + (needed / 4);
            Array.Resize(ref _sort.Words, (int)Math.Min(length, Array.MaxLength));
        }
    }

    private void Emit(ReadOnlySpan<ulong> bucket, WordRunWriter pairs, WordRunWriter hot)
    {
        // Ranks ascend, so the last member is a file of the base only if all are.
        if (KeyedRanks.Rank(bucket[^1], _rankBits) < _baseKept)
        {
            return;
        }

        LargestBucket = Math.Max(LargestBucket, bucket.Length);
        if (bucket.Length > _maxPaired)
        {
            foreach (ulong word in bucket)
            {
                hot.Add((uint)KeyedRanks.Rank(word, _rankBits), HotBuckets);
            }

            HotBuckets++;
            return;
        }

        for (int i = 1; i < bucket.Length; i++)
        {
            uint worse = (uint)KeyedRanks.Rank(bucket[i], _rankBits);
            for (int j = 0; j < i && worse >= _baseKept; j++)
            {
                pairs.Add(worse, (uint)KeyedRanks.Rank(bucket[j], _rankBits));
            }
        }
    }
}
