using System.Numerics;

namespace DataForge.Dedup.Auditing;

/// <summary>
/// An inverted index: by shingle, the sampled files that have it. Most shingles of other files are in none of them, which a bitmap tells from a cache line
/// or less. Memory: 32 bytes a shingle of the sample.
/// </summary>
internal sealed class SampleIndex
{
    private readonly ulong[] _bitmap;
    private readonly int _bitmapShift;
    private readonly Dictionary<ulong, int> _heads;
    private readonly List<(int Sample, int Next)> _links = [];

    /// <param name="shingles">About how many shingles the sample has.</param>
    public SampleIndex(long shingles)
    {
        int bits = Math.Clamp(BitOperations.Log2((ulong)Math.Max(1, shingles)) + 4, 10, 32);
        _bitmap = new ulong[1 << (bits - 6)];
        _bitmapShift = 64 - bits;
        _heads = new Dictionary<ulong, int>((int)Math.Min(shingles, 1 << 28));
    }

    /// <summary>Adds a sampled file's set.</summary>
    public void Add(int sample, ReadOnlySpan<ulong> set)
    {
        foreach (ulong shingle in set)
        {
            ulong place = shingle >> _bitmapShift;
            _bitmap[place >> 6] |= 1UL << (int)(place & 63);
            _links.Add((sample, _heads.GetValueOrDefault(shingle, -1)));
            _heads[shingle] = _links.Count - 1;
        }
    }

    /// <summary>Counts, for each sampled file, the shingles it has in common with a set. <paramref name="touched"/> gets the files whose count is above 0.</summary>
    public void CountCommon(ReadOnlySpan<ulong> set, int[] counts, List<int> touched)
    {
        foreach (ulong shingle in set)
        {
            ulong place = shingle >> _bitmapShift;
            if ((_bitmap[place >> 6] & (1UL << (int)(place & 63))) == 0 || !_heads.TryGetValue(shingle, out int link))
            {
                continue;
            }

            for (; link >= 0; link = _links[link].Next)
            {
                int sample = _links[link].Sample;
                if (counts[sample]++ == 0)
                {
                    touched.Add(sample);
                }
            }
        }
    }
}
