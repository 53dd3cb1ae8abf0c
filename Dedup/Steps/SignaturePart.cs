using DataForge.Corpus;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>What the first step collects about the files of a part.</summary>
internal sealed class SignaturePart
{
    private readonly SignatureKernel _kernel;
    private readonly ulong[] _keys;

    /// <summary>Begins a part.</summary>
    /// <param name="options">The options of the stage.</param>
    /// <param name="rows">Its files.</param>
    public SignaturePart(DedupOptions options, int rows)
    {
        _kernel = new SignatureKernel(BandPlan.For(options.Threshold, options.MissProbability), options.Seed);
        _keys = new ulong[_kernel.Plan.Bands];
        Signatures = new SignaturePartWriter(rows, _kernel.Plan.Bands);
    }

    /// <summary>The signatures, in order.</summary>
    public SignaturePartWriter Signatures { get; }

    /// <summary>The rank keys, which the caller writes.</summary>
    public RankRunWriter Ranks { get; } = new();

    /// <summary>Files so far.</summary>
    public int Rows { get; private set; }

    /// <summary>Shingles in their sets.</summary>
    public long Shingles { get; private set; }

    /// <summary>Bytes of their texts.</summary>
    public long Bytes { get; private set; }

    /// <summary>Files without a shingle.</summary>
    public long ShortFiles { get; private set; }

    /// <summary>
    /// Appends a file. One that is too short for a shingle has no keys, so it is in no bucket; its folded text replaces its set.
    /// </summary>
    /// <param name="id">The git id of its source bytes.</param>
    /// <param name="set">Its shingles.</param>
    /// <param name="folded">The hash of its folded text, in its wide form if it has no shingles.</param>
    /// <param name="textBytes">Bytes of its text.</param>
    public void Append(BlobId id, ReadOnlySpan<ulong> set, Fingerprint folded, int textBytes)
    {
        Fingerprint fingerprint = set.IsEmpty ? folded : Fingerprint.OfSet(set);
        if (!set.IsEmpty)
        {
            _kernel.BandKeys(set, _keys);
        }

        Signatures.Append(new FileSignature(id, fingerprint, folded.High, Shingles, set.Length, textBytes), set.IsEmpty ? [] : _keys);
        Rows++;
        Shingles += set.Length;
        Bytes += textBytes;
        ShortFiles += set.IsEmpty ? 1 : 0;
    }
}
