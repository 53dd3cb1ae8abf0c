using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// What headers say of their licence. A project's files share their header, so each distinct one is read once; the memory is emptied
/// when it holds <see cref="MaxHeaders"/>.
/// </summary>
internal sealed class HeaderCache
{
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

        // The id is a hash of the bytes that nothing else has, whoever makes them up.
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
