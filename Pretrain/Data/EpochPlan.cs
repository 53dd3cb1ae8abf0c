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
    private const int OffsetInterval = 64;

    private readonly DocumentSet _documents;
    private readonly int _blockSize;
    private readonly int[] _extras;               // the documents seen a second time
    private readonly KeyedPermutation _order;     // of documents and extras
    private readonly KeyedPermutation _blocks;
    private readonly long[] _marks;               // where every 64th document in order starts, in tokens
    private readonly long _tokens;

    public EpochPlan(DocumentSet documents, int blockSize, ulong seed, long epoch, bool resample)
    {
        _documents = documents;
        _blockSize = blockSize;
        Epoch = epoch;
        _extras = resample ? ExtraDocuments(documents, seed, epoch) : [];
        ulong key = SeededHash.Of(seed, (ulong)epoch);
        long count = documents.Documents + _extras.Length;
        _order = new KeyedPermutation(count, SeededHash.Of(key, 1ul));
        _marks = new long[((count - 1) / OffsetInterval) + 1];
        for (long i = 0; i < count; i++)
        {
            if (i % OffsetInterval == 0)
            {
                _marks[i / OffsetInterval] = _tokens;
            }

            (TokenShard shard, int document) = At(i);
            _tokens += shard.Length(document);
        }

        BlockCount = BlocksFor(_tokens, blockSize);
        _blocks = new KeyedPermutation(BlockCount, SeededHash.Of(key, 2ul));
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
            foreach (int extra in ExtraDocuments(documents, seed, epoch))
            {
                (TokenShard shard, int document) = documents.Locate(extra);
                tokens += shard.Length(document);
            }
        }

        return BlocksFor(tokens, blockSize);
    }

    /// <summary>Writes the epoch's n-th block in training order. Returns how many tokens of it are the documents'; the rest is the filler.</summary>
    public int Fill(long number, Span<int> block, int filler)
    {
        long start = _blocks[number] * _blockSize;
        int mark = Array.BinarySearch(_marks, start);
        mark = mark < 0 ? ~mark - 1 : mark;
        long at = _marks[mark];
        int filled = 0;
        for (long i = (long)mark * OffsetInterval; filled < _blockSize && at < _tokens; i++)
        {
            (TokenShard shard, int document) = At(i);
            int length = shard.Length(document);
            if (at + length > start)
            {
                ReadOnlySpan<ushort> source = shard.Document(document)[(int)Math.Max(0, start - at)..];
                source = source[..Math.Min(source.Length, _blockSize - filled)];
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
        long chosen = _order[position];
        return _documents.Locate(chosen < _documents.Documents ? chosen : _extras[chosen - _documents.Documents]);
    }

    private static int[] ExtraDocuments(DocumentSet documents, ulong seed, long epoch)
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

    private static long BlocksFor(long tokens, int blockSize) => ((tokens - 1) / blockSize) + 1;
}
