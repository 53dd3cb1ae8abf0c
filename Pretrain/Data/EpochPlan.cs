namespace DataForge.Pretrain.Data;

/// <summary>
/// One epoch: all documents in a random order of their own, concatenated and split into blocks, and the blocks in another random order. Any
/// block can be read directly; no tokens are kept in memory.
/// </summary>
/// <remarks>
/// Documents are shuffled in each epoch so that neighbours in a block are unrelated; blocks are shuffled so that those of one very long
/// document are not trained on in a row. Memory: 8 bytes per 64 documents, and 4 bytes per document seen a second time.
/// </remarks>
internal sealed class EpochPlan
{
    private const int OffsetInterval = 64; // documents; finding a block walks over half as many on average

    private readonly DocumentSet _documents;
    private readonly int _blockSize;
    private readonly int[] _extras;               // the documents seen a second time
    private readonly KeyedPermutation _order;     // of documents and extras
    private readonly KeyedPermutation _blocks;
    private readonly long[] _offsets;             // where every 64th document in order starts, in tokens
    private readonly long _tokens;

    /// <summary>Plans an epoch; reads the length of every document.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    /// <param name="seed">Decides the order, with the epoch.</param>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <param name="resample">Whether documents of starred repositories are repeated (<see cref="Resampling"/>).</param>
    public EpochPlan(DocumentSet documents, int blockSize, ulong seed, long epoch, bool resample)
    {
        _documents = documents;
        _blockSize = blockSize;
        Epoch = epoch;
        _extras = resample ? ExtraDocuments(documents, seed, epoch) : [];
        ulong key = SeededHash.Of(seed, (ulong)epoch);
        long count = documents.Documents + _extras.Length;
        _order = new KeyedPermutation(count, SeededHash.Of(key, 1ul));
        _offsets = new long[((count - 1) / OffsetInterval) + 1];
        for (long i = 0; i < count; i++)
        {
            if (i % OffsetInterval == 0)
            {
                _offsets[i / OffsetInterval] = _tokens;
            }

            (TokenShard shard, int document) = At(i);
            _tokens += shard.Length(document);
        }

        BlockCount = BlocksFor(_tokens, blockSize);
        _blocks = new KeyedPermutation(BlockCount, SeededHash.Of(key, 2ul));
    }

    /// <summary>Number of the epoch, from 0.</summary>
    public long Epoch { get; }

    /// <summary>Blocks of the epoch; one of them may be padded.</summary>
    public long BlockCount { get; }

    /// <summary>Blocks of an epoch, without planning it.</summary>
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

    /// <summary>
    /// Writes the epoch's n-th block in training order. Returns how many of its tokens are from documents; the rest is filler.
    /// </summary>
    public int Fill(long number, Span<int> block, int filler)
    {
        long start = _blocks[number] * _blockSize;
        int interval = Array.BinarySearch(_offsets, start);
        interval = interval < 0 ? ~interval - 1 : interval;
        long at = _offsets[interval];
        int filled = 0;
        for (long i = (long)interval * OffsetInterval; filled < _blockSize && at < _tokens; i++)
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
