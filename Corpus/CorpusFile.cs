namespace DataForge.Corpus;

/// <summary>
/// One distinct content that passed the cleaner, without its text: a row of <c>2-clean</c> and, if it is no duplicate, of
/// <c>3-dataset</c>. The occurrence named here is the best surviving one (<see cref="OccurrenceRank"/>).
/// </summary>
public sealed record CorpusFile
{
    /// <summary>The git id of the source bytes.</summary>
    public required BlobId BlobId { get; init; }

    /// <summary>The git id of the text that ships.</summary>
    public required BlobId ContentId { get; init; }

    /// <summary>The repository of the best occurrence.</summary>
    public required RepositoryFacts Repository { get; init; }

    /// <summary>The path of the best occurrence.</summary>
    public required string Path { get; init; }

    /// <summary>The SPDX expression of the licence that covers it; empty where none was found.</summary>
    public required string License { get; init; }

    /// <summary>The class of that licence.</summary>
    public required LicenseClass LicenseClass { get; init; }

    /// <summary>How the licence was found, such as <c>LICENSE@&lt;blob id&gt;</c>, <c>header</c> or <c>forge</c>.</summary>
    public required string LicenseEvidence { get; init; }

    /// <summary>Copyright lines of the file and of its licence, as they stand there.</summary>
    public IReadOnlyList<string> Copyright { get; init; } = [];

    /// <summary>Surviving occurrences of this content, at least 1.</summary>
    public required int Copies { get; init; }

    /// <summary>The surviving occurrences other than the best one, as <c>repository path</c>, in rank order; at most 100 of them.</summary>
    public IReadOnlyList<string> OtherOccurrences { get; init; } = [];

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

    /// <summary>Whether the path lies in a vendored folder.</summary>
    public bool IsVendored { get; init; }

    /// <summary>The rank of the best occurrence.</summary>
    public OccurrenceRank Rank => new(
        LicenseClass, Repository.Stars ?? 0, Repository.IsFork ?? false, Repository.CreatedAt, Repository.Name, Path);
}
