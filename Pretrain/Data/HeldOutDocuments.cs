using System.IO.Compression;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Data;

/// <summary>
/// Held-out documents, each complete and separate, to measure bits per byte: for a model, by validation batches over their tokens, and for
/// gzip. A document longer than a block is read in windows that overlap by half, so that each token is predicted once, all but those at a
/// document's beginning with at least half a block before them.
/// </summary>
public sealed class HeldOutDocuments : ITrainingData, IDisposable
{
    private readonly DocumentSet _documents;
    private readonly List<Window> _windows = [];
    private readonly int _batchSize, _blockSize;
    private readonly ushort _filler;

    /// <summary>Chooses documents at even distances.</summary>
    /// <param name="validationShards">Files of held-out tokens; may be none.</param>
    /// <param name="vocabulary">The vocabulary they were encoded with.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="blockSize">Tokens of a row.</param>
    /// <param name="mostBytes">About how many bytes the documents have together; all are taken where they have fewer.</param>
    /// <exception cref="TokenShardException">A shard is damaged or missing.</exception>
    public HeldOutDocuments(
        IEnumerable<string> validationShards, BpeVocabulary vocabulary, int batchSize, int blockSize, long mostBytes)
    {
        _batchSize = batchSize;
        _blockSize = blockSize;
        _filler = vocabulary.EndOfText;
        _documents = new DocumentSet(validationShards);
        long distance = Distance(vocabulary, mostBytes);
        for (long i = 0; i < _documents.Documents; i += distance)
        {
            ReadOnlySpan<ushort> tokens = DocumentAt(i);
            byte[] text = vocabulary.Decode(tokens, skipSpecial: true);
            Documents++;
            Bytes += text.Length;
            GzipBytes += GzipLength(text);
            AddWindows(i, tokens.Length);
        }
    }

    /// <summary>How many documents were chosen.</summary>
    public int Documents { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Their bytes when gzip compresses each separately, at its highest level.</summary>
    public long GzipBytes { get; private set; }

    /// <inheritdoc/>
    public string Fingerprint => throw new NotSupportedException("held-out documents are not trained on");

    /// <inheritdoc/>
    public int ValidationBatches => (_windows.Count + _batchSize - 1) / _batchSize;

    /// <inheritdoc/>
    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels) =>
        throw new NotSupportedException("held-out documents are not trained on");

    /// <inheritdoc/>
    public void FillValidation(int index, Span<int> tokens, Span<int> labels)
    {
        tokens.Fill(_filler);
        labels.Fill(ITrainingData.IgnoredLabel);
        for (int row = 0; row < _batchSize && (index * _batchSize) + row < _windows.Count; row++)
        {
            Window window = _windows[(index * _batchSize) + row];
            ReadOnlySpan<ushort> document = DocumentAt(window.Document);
            int length = Math.Min(_blockSize, document.Length - window.First);
            Span<int> into = tokens.Slice(row * _blockSize, length);
            TokenCopy.Widen(document.Slice(window.First, length), into);
            int context = window.FirstCounted - window.First;
            into[context..].CopyTo(labels[((row * _blockSize) + context)..]);
        }
    }

    /// <summary>The length of what gzip makes of a text, at its highest level.</summary>
    public static long GzipLength(ReadOnlySpan<byte> text)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return compressed.Length;
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose() => _documents.Dispose();

    /// <summary>Every which document is taken: by their mean length, over at most 10,000 of them.</summary>
    private long Distance(BpeVocabulary vocabulary, long mostBytes)
    {
        long counted = 0, bytes = 0, all = _documents.Documents;
        for (long i = 0; i < all; i += 1 + (all / 10_000))
        {
            bytes += CountBytes(DocumentAt(i), vocabulary);
            counted++;
        }

        return counted == 0 ? 1 : Math.Max(1, (long)Math.Ceiling((double)bytes / counted * all / mostBytes));
    }

    private static long CountBytes(ReadOnlySpan<ushort> tokens, BpeVocabulary vocabulary)
    {
        long bytes = 0;
        foreach (ushort token in tokens)
        {
            bytes += vocabulary.IsSpecial(token) ? 0 : vocabulary.BytesOf(token).Length;
        }

        return bytes;
    }

    private ReadOnlySpan<ushort> DocumentAt(long number)
    {
        (TokenShard shard, int document) = _documents.Locate(number);
        return shard.Document(document);
    }

    private void AddWindows(long document, int length)
    {
        int counted = 1; // the first token, which begins the document, is given
        for (int first = 0; counted < length; first += _blockSize / 2)
        {
            first = Math.Max(0, Math.Min(first, length - _blockSize));
            _windows.Add(new Window(document, first, counted));
            counted = first + _blockSize;
        }
    }

    /// <summary>A block of a document. Tokens before <see cref="FirstCounted"/> are context.</summary>
    private readonly record struct Window(long Document, int First, int FirstCounted);
}
