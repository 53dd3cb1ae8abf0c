using DataForge.Corpus.Shingling;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Dataset;

/// <summary>How the dataset is cut into shards: which files, kept and dropped, each shard accounts for.</summary>
/// <param name="First">The ordinal of the first file, which follows those of the base.</param>
/// <param name="Ends">The ordinal after each shard's last file.</param>
internal sealed record ShardPlan(int First, IReadOnlyList<int> Ends)
{
    // A small dataset has at most so many shards for workers to share.
    private const int SmallDatasetShards = 16;

    // The least text in each of them: one row group. In smaller shards the fixed costs weigh more.
    private const long SmallDatasetShardBytes = 16_000_000;

    /// <summary>Number of shards.</summary>
    public int Count => Ends.Count;

    /// <summary>The ordinal of a shard's first file.</summary>
    public int Start(int shard) => shard == 0 ? First : Ends[shard - 1];

    /// <summary>
    /// Cuts the kept files, in the order of their ordinals, into shards of at most about <paramref name="shardBytes"/> of text, all of
    /// about the same size: a shard ends with the file that reaches its share. A shard also accounts for the dropped files between its kept
    /// files. A small dataset is cut into up to sixteen shards of 16 MB or more, so that several workers can share it; the number of
    /// workers does not matter.
    /// </summary>
    public static ShardPlan Cut(SelectionResult result, int[] rankOf, SignatureParts signatures, int baseParts, long shardBytes)
    {
        long total = 0;
        ForEachKept((_, bytes) => total += bytes);
        int shards = (int)Math.Max(
            Math.Max(1, (total + shardBytes - 1) / shardBytes), Math.Min(SmallDatasetShards, total / SmallDatasetShardBytes));
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
            var buffer = new ulong[WordFile.BufferWords];
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
