using DataForge.Python;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// Computes what <see cref="PreparedShinglesWriter"/> stores of a text. One object is reused for one text after another; not safe from
/// several threads.
/// </summary>
public sealed class TextShingles
{
    private readonly Shingler _shingler;
    private readonly FoldedText _folded;
    private readonly ulong _key;
    private readonly ulong[] _row = new ulong[PreparedColumn.Count];

    /// <summary>Prepares to compute under these settings.</summary>
    /// <param name="settings">The settings of the shingles.</param>
    public TextShingles(ShingleSettings settings) =>
        (_shingler, _folded, _key) = (new Shingler(settings), new FoldedText(settings.Seed), settings.Key);

    /// <summary>The words that describe the last text, one for each column of the file of texts.</summary>
    public ReadOnlySpan<ulong> Row => _row;

    /// <summary>The shingles of the last text, distinct and ascending. Valid until the next text.</summary>
    public ReadOnlySpan<ulong> Set => _shingler.Set;

    /// <summary>Computes the shingles of a text.</summary>
    /// <param name="contentId">The text's git id.</param>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="tokens">Its tokens, if they are known.</param>
    public void Compute(BlobId contentId, ReadOnlySpan<byte> text, PythonTokens? tokens)
    {
        _shingler.Process(text, tokens);
        ReadOnlySpan<ulong> set = _shingler.Set;
        Fingerprint folded = _folded.FingerprintOf(text, hasShingles: !set.IsEmpty);
        PreparedColumn.Words(contentId, _row.AsSpan(PreparedColumn.ContentId));
        _row[PreparedColumn.Folded] = folded.High;
        _row[PreparedColumn.FoldedLow] = folded.Low;
        _row[PreparedColumn.SetLength] = (ulong)set.Length;
        _row[PreparedColumn.TextBytes] = (ulong)text.Length;
        _row[PreparedColumn.Settings] = _key;
    }
}
