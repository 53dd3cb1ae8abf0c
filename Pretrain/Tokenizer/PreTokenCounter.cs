namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// Counts the distinct pre-tokens of documents: all that tokenizer training needs of a corpus. Use one counter per worker and merge them
/// afterwards. Counts are sums, so the result depends neither on the number of workers nor on the order of documents. Memory grows with the
/// distinct pre-tokens only, about 50 bytes each.
/// </summary>
public sealed class PreTokenCounter
{
    /// <summary>
    /// Longer pre-tokens (in bytes) are skipped: they are data (encoded files, lines of dashes), not language, and one of a megabyte
    /// would be read again for every merge in it. <see cref="LongPreTokens"/> says how many there were.
    /// </summary>
    public const int MaxPreTokenLength = 256;

    private readonly PreTokenScanner _scanner;
    private readonly ByteStringTable _table = new(1 << 16);
    private long[] _counts = new long[1 << 16];

    /// <summary>An empty counter for one way of splitting text.</summary>
    public PreTokenCounter(PreTokenization form)
    {
        Form = form;
        _scanner = new PreTokenScanner(form);
    }

    /// <summary>How text is split.</summary>
    public PreTokenization Form { get; }

    /// <summary>The number of distinct pre-tokens.</summary>
    public int Distinct => _table.Count;

    /// <summary>The number of documents counted.</summary>
    public long Documents { get; private set; }

    /// <summary>The bytes of the documents counted.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number of pre-tokens skipped because they are longer than <see cref="MaxPreTokenLength"/>.</summary>
    public long LongPreTokens { get; private set; }

    /// <summary>Counts the pre-tokens of one document, UTF-8.</summary>
    public void Count(ReadOnlySpan<byte> document)
    {
        for (int start = 0, end; start < document.Length; start = end)
        {
            end = _scanner.End(document, start);
            if (end - start > MaxPreTokenLength)
            {
                LongPreTokens++;
            }
            else
            {
                Add(document[start..end], 1);
            }
        }

        Documents++;
        Bytes += document.Length;
    }

    /// <summary>Adds another counter's counts to this one's; the other stays as it is.</summary>
    public void Merge(PreTokenCounter other)
    {
        if (other.Form != Form)
        {
            throw new ArgumentException($"A counter of form {other.Form} cannot be merged into one of form {Form}.", nameof(other));
        }

        for (int i = 0; i < other._table.Count; i++)
        {
            Add(other._table[i], other._counts[i]);
        }

        Documents += other.Documents;
        Bytes += other.Bytes;
        LongPreTokens += other.LongPreTokens;
    }

    /// <summary>A pre-token, by a number from 0 to <see cref="Distinct"/> - 1 that is valid for this counter only.</summary>
    public ReadOnlySpan<byte> PreToken(int index) => _table[index];

    /// <summary>How often that pre-token occurred.</summary>
    public long CountOf(int index) => _counts[index];

    private void Add(ReadOnlySpan<byte> preToken, long count)
    {
        int index = _table.GetOrAdd(preToken, out _);
        if (index >= _counts.Length)
        {
            Array.Resize(ref _counts, _counts.Length * 2);
        }

        _counts[index] += count;
    }
}
