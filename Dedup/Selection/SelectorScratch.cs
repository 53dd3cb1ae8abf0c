using DataForge.Dedup.Signatures;

namespace DataForge.Dedup.Selection;

/// <summary>The buffers and counters of one thread of the <see cref="Selector"/>.</summary>
internal sealed class SelectorScratch
{
    /// <summary>The buffer for the set of the file that is decided.</summary>
    public ulong[] Mine = [];

    /// <summary>The buffer for the set that it is compared with.</summary>
    public ulong[] Other = [];

    /// <summary>Makes sketches; null until one is needed.</summary>
    public SignatureKernel? Kernel;

    /// <summary>Kept files in the hot buckets of the file, without its candidate pairs.</summary>
    public HashSet<int> Others { get; } = [];

    /// <summary>Those of <see cref="Others"/> that are worth an exact comparison.</summary>
    public List<int> Likely { get; } = [];

    /// <summary>Pairs whose similarity was computed.</summary>
    public long Verified { get; set; }

    /// <summary>Pairs that sketches ruled out.</summary>
    public long Spared { get; set; }
}
