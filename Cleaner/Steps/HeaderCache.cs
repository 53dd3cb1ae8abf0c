using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// What headers say about their licence. The files of a project share their header, so each distinct header is read once; the cache is
/// emptied when it holds <see cref="MaxHeaders"/>.
/// </summary>
internal sealed class HeaderCache
{
    // With copyright lines of 200 bytes at most, and 20 of them at most, under 20 MB.
    private const int MaxHeaders = 4096;
    private readonly LicenseDetector _detector = new();
    private readonly Dictionary<BlobId, LicenseFinding> _known = [];

    /// <summary>What a source says of its licence: in its header, and below it by tags and by <c>__license__</c>.</summary>
    /// <param name="source">The decoded source.</param>
    public LicenseFinding Of(ShippedText source)
    {
        ReadOnlySpan<byte> header = source.Header;
        LicenseFinding found = Find(header);
        LicensesBelow below = LicensesBelow.Read(source.Text, header.Length);
        return below == LicensesBelow.None
            ? found
            : found with { Expression = SpdxExpression.And([found.Expression, below.File]), Snippets = below.Snippets };
    }

    /// <summary>The licence and copyright lines that a header gives.</summary>
    public LicenseFinding Find(ReadOnlySpan<byte> header)
    {
        if (header.IsEmpty || !LicenseDetector.MentionsRights(header))
        {
            return LicenseFinding.Nothing;
        }

        // A cryptographic hash, so that nobody can construct a header with the same hash as another.
        BlobId id = BlobId.Of(header);
        if (!_known.TryGetValue(id, out LicenseFinding? found))
        {
            if (_known.Count >= MaxHeaders)
            {
                _known.Clear();
            }

            _known[id] = found = _detector.OfHeader(header);
        }

        return found;
    }
}
