using System.ComponentModel.DataAnnotations;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;

namespace DataForge.Dedup;

/// <summary>What counts as a duplicate, and how the dataset is cut into shards.</summary>
public sealed class DedupOptions
{
    /// <summary>
    /// Two files are near duplicates if the Jaccard similarity of their shingle sets is at least this: 0.5 to 1; 0.85 by default.
    /// </summary>
    [Range(0.5, 1.0)]
    public double Threshold { get; set; } = 0.85;

    /// <summary>
    /// Tokens in a shingle: 1 to 32; 5 by default. A file with fewer tokens has no shingle: it is a duplicate only of a file with the same
    /// text, apart from white space within lines and empty lines.
    /// </summary>
    [Range(1, 32)]
    public int ShingleTokens { get; set; } = 5;

    /// <summary>The kind of tokens in a shingle: tokens of code by default.</summary>
    [EnumDataType(typeof(ShingleKind))]
    public ShingleKind Shingles { get; set; } = ShingleKind.Code;

    /// <summary>
    /// Which tokens of code count: <c>Names, Keywords, Numbers, Strings, Operators</c>; all by default. Comments and white space never
    /// count.
    /// </summary>
    public TokenClasses Tokens { get; set; } = TokenClasses.All;

    /// <summary>
    /// The probability that two files exactly at the threshold share no band, so that the pair is missed: 1e-12 to 0.01; 1e-6 by default.
    /// It determines the numbers of bands and of rows in a band.
    /// </summary>
    [Range(1e-12, 0.01)]
    public double MissProbability { get; set; } = 1e-6;

    /// <summary>Seeds the hash functions and the audit's sample.</summary>
    public ulong Seed { get; set; } = 0x9E3779B97F4A7C15;

    /// <summary>
    /// Memory for sorting one band, in bytes per worker: 1 MiB to 64 GiB; 1 GiB by default. A larger band is sorted in slices of its key
    /// space.
    /// </summary>
    [Range(1 << 20, 64L << 30)]
    [NotHashed]
    public long SortMemory { get; set; } = 1L << 30;

    /// <summary>
    /// Most text in a dataset shard, in bytes before compression: 1 KiB to 16 GiB; 500 MB by default. The shards of a dataset have about
    /// the same size; a small dataset has up to sixteen shards of 16 MB or more.
    /// </summary>
    [Range(1 << 10, 16L << 30)]
    public long ShardBytes { get; set; } = 500_000_000;

    /// <summary>Files that the audit compares with all others by brute force: 0 (no audit) to 100,000; 1,000 by default.</summary>
    [Range(0, 100_000)]
    public int AuditFiles { get; set; } = 1_000;

    /// <summary>
    /// An earlier run of the workspace, deduplicated under the same options, whose dataset this run extends: the base's kept files rank
    /// before all others, and are not written again. None by default.
    /// </summary>
    [NotHashed]
    public string? Base { get; set; }

    /// <summary>
    /// Whether every candidate pair is verified, not only those that the selection needs, and written to <c>3-dataset/pairs.parquet</c>. It
    /// is meant for audits: the cost is quadratic in the size of the largest cluster of near duplicates.
    /// </summary>
    public bool AllPairs { get; set; }

    /// <summary>What determines the shingles.</summary>
    public ShingleSettings ToShingleSettings() => new(ShingleTokens, Shingles, Tokens, Seed);
}
