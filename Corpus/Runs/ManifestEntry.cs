using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Runs;

/// <summary>
/// What a part was computed from, and the result. It is written last: if it exists, the part is complete.
/// </summary>
public sealed record ManifestEntry
{
    /// <summary>The stage: crawl, clean, dedup, tokenize, pretrain or report.</summary>
    public required string Stage { get; init; }

    /// <summary>The part's name within its stage, such as <c>part-00000</c>.</summary>
    public required string Part { get; init; }

    /// <summary>The hash of what was read.</summary>
    public required string InputHash { get; init; }

    /// <summary>The hash of the stage's options and code version.</summary>
    public required string OptionsHash { get; init; }

    /// <summary>
    /// The versions of the codecs that decide bytes but not rows, such as <c>zstd 1.5.7</c>; empty if no file is a table.
    /// </summary>
    public string Codecs { get; init; } = "";

    /// <summary>The files written, in ordinal order of their paths.</summary>
    public IReadOnlyList<ManifestOutput> Outputs { get; init; } = [];

    /// <summary>
    /// Counts of the part: totals are sums of these over all parts.
    /// </summary>
    public CountTable Counts { get; init; } = new();

    /// <summary>
    /// Whether computing the part again would give the same bytes: the input, the options and the versions of the codecs are the same.
    /// </summary>
    /// <param name="inputHash">The hash of what the part would read now.</param>
    /// <param name="optionsHash">The hash of the options and code version it would be computed with.</param>
    public bool IsCurrent(string inputHash, string optionsHash) =>
        InputHash == inputHash && OptionsHash == optionsHash && Codecs == PartOutput.CodecsOf(Outputs);

    /// <summary>A count; 0 if the part does not have it.</summary>
    public long Count(CountName name) => Counts[name];
}

/// <summary>A file that a part wrote.</summary>
/// <param name="Path">Relative to the run's folder (for raw parts: to the workspace), parts separated by '/'.</param>
/// <param name="Bytes">The length of the file.</param>
/// <param name="Sha256">The SHA-256 of the file, in lower-case hexadecimal.</param>
/// <param name="Rows">The number of rows; null for a file that is no table.</param>
public sealed record ManifestOutput(string Path, long Bytes, string Sha256, long? Rows = null);
