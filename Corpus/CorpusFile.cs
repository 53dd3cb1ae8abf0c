namespace DataForge.Corpus;

/// <summary>
/// One distinct content that passed the cleaner, without its text: a row of <c>2-clean</c> and, if it is no duplicate, of
/// <c>3-dataset</c>.
/// </summary>
public sealed record CorpusFile
{
    /// <summary>The git id of the source bytes.</summary>
    public required BlobId BlobId { get; init; }

    /// <summary>The git id of the text that ships.</summary>
    public required BlobId ContentId { get; init; }

    /// <summary>Where it comes from and which licence it is under.</summary>
    public required Attribution Attribution { get; init; }

    /// <summary>The encoding of the source bytes, such as <c>utf-8</c>.</summary>
    public string SourceEncoding { get; init; } = "utf-8";

    /// <summary>Source bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Lines of the text that ships.</summary>
    public int Lines { get; init; }

    /// <summary>Mean length of a line, in characters.</summary>
    public double MeanLine { get; init; }

    /// <summary>Length of the longest line, in characters.</summary>
    public int MaxLine { get; init; }

    /// <summary>Share of characters that are letters or digits, 0 to 1.</summary>
    public double AlphanumericShare { get; init; }

    /// <summary>The repository of the best occurrence.</summary>
    public RepositoryFacts Repository => Attribution.Repository;

    /// <summary>The path of the best occurrence.</summary>
    public string Path => Attribution.Path;

    /// <summary>The SPDX expression of the licence; empty if none was found.</summary>
    public string License => Attribution.License;

    /// <summary>The class of that licence.</summary>
    public LicenseClass LicenseClass => Attribution.LicenseClass;

    /// <summary>How the licence was found.</summary>
    public string LicenseEvidence => Attribution.LicenseEvidence;

    /// <summary>Copyright lines of the file and of its licence.</summary>
    public IReadOnlyList<string> Copyright => Attribution.Copyright;

    /// <summary>Surviving occurrences of this content, at least 1.</summary>
    public int Copies => Attribution.Copies;

    /// <summary>The surviving occurrences other than the best one; at most 100 of them.</summary>
    public IReadOnlyList<OccurrenceLocation> OtherOccurrences => Attribution.OtherOccurrences;

    /// <summary>Whether the path is in a vendored folder.</summary>
    public bool IsVendored => Attribution.IsVendored;

    /// <summary>The rank of the best occurrence.</summary>
    public OccurrenceRank Rank => Attribution.Rank;
}
