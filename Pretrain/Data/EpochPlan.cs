namespace DataForge.Pretrain.Data;

/// <summary>
/// One epoch: all documents in an order of its own, end to end, cut into blocks, and the blocks in another order. Any block can be asked for
/// directly; no token is held.
/// </summary>
/// <remarks>
/// Documents are permuted so that neighbours in a block are strangers, anew each epoch; blocks are permuted so that the blocks of one very long
/// document are not trained on in a row. Memory: 8 bytes for every 64 documents, and 4 bytes for every document seen a second time.
/// </remarks>
internal sealed class EpochPlan
{
    private const int MarkEvery = 64;

    private readonly DocumentSet documents;
    private readonly int blockSize;
    private readonly int[] extras;               // the documents seen a second time
    private readonly KeyedPermutation order;     // of documents and extras
    private readonly KeyedPermutation blocks;
    private readonly long[] marks;               // where every 64th document in order starts, in tokens
    private readonly long tokens;

    public EpochPlan(DocumentSet documents, int blockSize, ulong seed, long epoch, bool resample)
    {
        this.documents = documents;
        this.blockSize = blockSize;
        Epoch = epoch;
        extras = resample ? Extras(documents, seed, epoch) : [];
        ulong key = SeededHash.Of(seed, (ulong)epoch);
        long count = documents.Documents + extras.Length;
        order = new KeyedPermutation(count, SeededHash.Of(key, 1ul));
        marks = new long[((count - 1) / MarkEvery) + 1];
        for (long i = 0; i < count; i++)
        {
            if (i % MarkEvery == 0)
            {
                marks[i / MarkEvery] = tokens;
            }

            (TokenShard shard, int document) = At(i);
            tokens += shard.Length(document);
        }

        BlockCount = BlocksOf(tokens, blockSize);
        blocks = new KeyedPermutation(BlockCount, SeededHash.Of(key, 2ul));
    }

    public long Epoch { get; }

    /// <summary>How many blocks the epoch has; one of them may be filled up.</summary>
    public long BlockCount { get; }

    /// <summary>How many blocks an epoch has, without planning it.</summary>
    public static long CountBlocks(DocumentSet documents, int blockSize, ulong seed, long epoch, bool resample)
    {
        long tokens = documents.Tokens;
        if (resample)
        {
            foreach (int extra in Extras(documents, seed, epoch))
            {
                (TokenShard shard, int document) = documents.Locate(extra);
                tokens += shard.Length(document);
            }
        }

        return BlocksOf(tokens, blockSize);
    }

    /// <summary>Writes the epoch's n-th block in training order. Returns how many tokens of it are the documents'; the rest is the filler.</summary>
    public int Fill(long number, Span<int> block, int filler)
    {
        long start = blocks[number] * blockSize;
        int mark = Array.BinarySearch(marks, start);
        mark = mark < 0 ? ~mark - 1 : mark;
        long at = marks[mark];
        int filled = 0;
        for (long i = (long)mark * MarkEvery; filled < blockSize && at < tokens; i++)
        {
            (TokenShard shard, int document) = At(i);
            int length = shard.Length(document);
            if (at + length > start)
            {
                ReadOnlySpan<ushort> source = shard.Document(document)[(int)Math.Max(0, start - at)..];
                source = source[..Math.Min(source.Length, blockSize - filled)];
                TokenCopy.Widen(source, block[filled..]);
                filled += source.Length;
            }

            at += length;
        }

        block[filled..].Fill(filler);
        return filled;
    }

    private (TokenShard Shard, int Document) At(long position)
    {
        long chosen = order[position];
        return documents.Locate(chosen < documents.Documents ? chosen : extras[chosen - documents.Documents]);
    }

    private static int[] Extras(DocumentSet documents, ulong seed, long epoch)
    {
        List<int> extras = [];
        for (int i = 0; i < documents.Documents; i++)
        {
            (TokenShard shard, int document) = documents.Locate(i);
            if (Resampling.ExtraCopies(shard.Stars(document), i, epoch, seed) > 0)
            {
                extras.Add(i);
            }
        }

        return [.. extras];
    }

    private static long BlocksOf(long tokens, int blockSize) => ((tokens - 1) / blockSize) + 1;
}
