using DataForge.Cleaner.Licenses;
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

    /// <summary>The licence and copyright lines that a header gives.</summary>
    public LicenseFinding Find(ReadOnlySpan<byte> header)
    {
        if (header.IsEmpty || !LicenseDetector.MentionsRights(header))
        {
            return LicenseFinding.Nothing;
        }

        // A cryptographic hash, so that nobody can make up a header that is taken for another.
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
