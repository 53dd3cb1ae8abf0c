using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Dataset;

/// <summary>How the dataset is cut into shards: which files, kept and dropped, each shard accounts for.</summary>
/// <param name="First">The ordinal of the first file, which is behind those of the base.</param>
/// <param name="Ends">The ordinal behind each shard's last file.</param>
internal sealed record ShardPlan(int First, IReadOnlyList<int> Ends)
{
    private const int SharedShards = 8;
    private const long SharedShardBytes = 64_000_000;

    /// <summary>Shards.</summary>
    public int Count => Ends.Count;

    /// <summary>The ordinal of a shard's first file.</summary>
    public int Start(int shard) => shard == 0 ? First : Ends[shard - 1];

    /// <summary>
    /// Cuts the kept files, in the order of their ordinals, into shards of at most about <paramref name="shardBytes"/> of text, all of about one size: a shard
    /// ends with the file that reaches its share. Dropped files go with the kept ones they lie among. A small dataset is cut into up to eight shards of
    /// 64 MB or more, so that workers have something to share; how many workers there are does not matter.
    /// </summary>
    public static ShardPlan Cut(SelectionResult result, int[] rankOf, SignatureParts signatures, int baseParts, long shardBytes)
    {
        long total = 0;
        ForEachKept((_, bytes) => total += bytes);
        int shards = (int)Math.Max(Math.Max(1, (total + shardBytes - 1) / shardBytes), Math.Min(SharedShards, total / SharedShardBytes));
        var ends = new List<int>();
        long sum = 0;
        ForEachKept((ordinal, bytes) =>
        {
            sum += bytes;
            // Multiplied in 128 bits: bytes and shards may both be large.
            while (ends.Count < shards - 1 && (Int128)sum * shards >= (Int128)total * (ends.Count + 1))
            {
                ends.Add(ordinal + 1);
            }
        });
        ends.Add(signatures.Files);
        return new ShardPlan(signatures.Start(baseParts), [.. ends.Distinct()]);

        void ForEachKept(Action<int, long> take)
        {
            var buffer = new ulong[1 << 16];
            for (int part = baseParts; part < signatures.Count; part++)
            {
                int start = signatures.Start(part);
                signatures[part].Scan(SignatureColumn.TextBytes, buffer, (row, sizes) =>
                {
                    for (int i = 0; i < sizes.Length; i++)
                    {
                        int ordinal = start + (int)row + i;
                        if (result.Twins[rankOf[ordinal]] == SelectionResult.Kept)
                        {
                            take(ordinal, (long)sizes[i]);
                        }
                    }
                });
            }
        }
    }
}
