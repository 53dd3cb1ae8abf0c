using DataForge.Corpus;
using DataForge.Corpus.Shingling;

namespace DataForge.Dedup.Store;

/// <summary>The columns of a signature file, with a 64-bit word for each file of a part.</summary>
internal static class SignatureColumn
{
    /// <summary>The high half of the fingerprint of the shingle set (for a file without shingles, of its folded text).</summary>
    public const int FingerprintHigh = 0;

    /// <summary>The low half of the fingerprint.</summary>
    public const int FingerprintLow = 1;

    /// <summary>The hash of the folded text.</summary>
    public const int FoldedText = 2;

    /// <summary>The offset of the set in the part's file of shingles, in words.</summary>
    public const int SetStart = 3;

    /// <summary>Shingles in the set; 0 for a file too short to have any.</summary>
    public const int SetLength = 4;

    /// <summary>Bytes of the file's text.</summary>
    public const int TextBytes = 5;

    /// <summary>The file's blob id, in three words.</summary>
    public const int BlobId = 6;

    /// <summary>The first of the columns with the keys of the bands; 0 for no key.</summary>
    public const int FirstBand = 9;
}

/// <summary>The signature of one file, without the keys of its bands.</summary>
/// <param name="BlobId">The git id of its source bytes.</param>
/// <param name="Set">The fingerprint of its shingle set, or of its folded text where it has no shingles.</param>
/// <param name="Folded">The hash of its folded text.</param>
/// <param name="SetStart">The offset of its set in the part's file of shingles, in words.</param>
/// <param name="SetLength">Shingles in its set.</param>
/// <param name="TextBytes">Bytes of its text.</param>
internal readonly record struct FileSignature(BlobId BlobId, Fingerprint Set, ulong Folded, long SetStart, int SetLength, int TextBytes);
