namespace DataForge.Cleaner.Licenses;

/// <summary>
/// The positions of each run of <see cref="Gram"/> words in the templates: buckets of postings in one array, and a filter of the runs there
/// are. About 15 MB for the 684 texts of SPDX, built once per process in about a tenth of a second.
/// </summary>
internal sealed class LicenseIndex
{
    /// <summary>
    /// Words in a run. Six words are rare enough to name a family of licences, and few enough to survive near a changed name.
    /// </summary>
    public const int Gram = 6;

    // 524,288 buckets for about 1.5 million runs: three postings per bucket on average.
    private const int BucketBits = 19;

    // 8,388,608 bits, 1 MB: one bit in ten is set, and a processor's cache holds them.
    private const int FilterBits = 23;
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly int[] _bucketStart = new int[(1 << BucketBits) + 1];
    private readonly Posting[] _postings;

    /// <summary>Indexes these templates.</summary>
    public LicenseIndex(LicenseTemplate[] templates)
    {
        Templates = templates;
        int total = 0;
        foreach (LicenseTemplate template in templates)
        {
            for (int i = 0; i + Gram <= template.Words.Length; i++)
            {
                _bucketStart[Bucket(HashAt(template.Words, i)) + 1]++;
                total++;
            }
        }

        for (int i = 1; i < _bucketStart.Length; i++)
        {
            _bucketStart[i] += _bucketStart[i - 1];
        }

        _postings = new Posting[total];
        int[] next = _bucketStart[..^1];
        for (int t = 0; t < templates.Length; t++)
        {
            uint[] words = templates[t].Words;
            for (int i = 0; i + Gram <= words.Length; i++)
            {
                ulong hash = HashAt(words, i);
                _postings[next[Bucket(hash)]++] = new Posting((uint)hash, (ushort)t, (ushort)i);
                _filter[Place(hash) >> 6] |= 1UL << Place(hash);
            }
        }
    }

    /// <summary>The index over the built-in texts.</summary>
    public static LicenseIndex Shared { get; } = new(LicenseTemplates.Load());

    /// <summary>The templates, by the number in <see cref="Posting.Template"/>.</summary>
    public LicenseTemplate[] Templates { get; }

    /// <summary>
    /// Looks up the run of words at each position: the range of postings that share a bucket with it, and its <see cref="Posting.Tag"/>.
    /// The range of most runs that no template has is empty. One loop after another, so that the processor waits for many places of memory
    /// at once.
    /// </summary>
    /// <param name="words">The words.</param>
    /// <param name="tags">Takes the tags.</param>
    /// <param name="ranges">Takes where the ranges begin and end.</param>
    public void Lookup(ReadOnlySpan<uint> words, Span<uint> tags, Span<(int Start, int End)> ranges)
    {
        for (int i = 0; i + Gram <= words.Length; i++)
        {
            ulong hash = HashAt(words, i);
            tags[i] = (uint)hash;
            ranges[i] = (Bucket(hash), Place(hash));
        }

        for (int i = 0; i + Gram <= words.Length; i++)
        {
            (int bucket, int place) = ranges[i];
            ranges[i] = ((_filter[place >> 6] >> place) & 1) == 0 ? default : (_bucketStart[bucket], _bucketStart[bucket + 1]);
        }
    }

    /// <summary>The postings of a range.</summary>
    /// <param name="range">Where it begins and ends.</param>
    public ReadOnlySpan<Posting> Postings((int Start, int End) range) => _postings.AsSpan(range.Start, range.End - range.Start);

    /// <summary>The hash of the run of words that begins here.</summary>
    public static ulong HashAt(ReadOnlySpan<uint> words, int at)
    {
        // A multiply-xorshift step for each word, with the multiplier of Fibonacci hashing (2^64 divided by the golden ratio).
        ulong hash = 0;
        foreach (uint word in words.Slice(at, Gram))
        {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 29;
        }

        return hash;
    }

    private static int Bucket(ulong hash) => (int)(hash >> (64 - BucketBits));

    // Other bits of the hash than those of its bucket.
    private static int Place(ulong hash) => (int)(hash >> (64 - BucketBits - FilterBits)) & ((1 << FilterBits) - 1);

    /// <summary>One position of a run of words: the low half of its hash, the template, the position there.</summary>
    internal readonly record struct Posting(uint Tag, ushort Template, ushort Position);
}
