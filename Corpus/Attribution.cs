namespace DataForge.Corpus;

/// <summary>A place where a content was found: a file in a repository.</summary>
/// <param name="Repository">The repository's name, which may contain spaces.</param>
/// <param name="Path">The path in it.</param>
public readonly record struct OccurrenceLocation(string Repository, string Path)
{
    /// <summary>
    /// Reads <c>repository path</c>, as version 1 of clean and published shards writes it. Both may contain spaces: the text is divided at
    /// the first space that follows the name of a known repository, or else at the first space.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="repositories">Names of repositories; may be empty.</param>
    public static OccurrenceLocation Parse(string text, IReadOnlySet<string> repositories)
    {
        int first = text.IndexOf(' ', StringComparison.Ordinal);
        for (int space = first; space > 0; space = text.IndexOf(' ', space + 1))
        {
            if (repositories.Contains(text[..space]))
            {
                return new OccurrenceLocation(text[..space], text[(space + 1)..]);
            }
        }

        return first > 0 ? new OccurrenceLocation(text[..first], text[(first + 1)..]) : new OccurrenceLocation(text, "");
    }

    /// <summary>The location as version 1 writes it, and as messages and keys do.</summary>
    public override string ToString() => Path.Length > 0 ? Repository + " " + Path : Repository;
}

/// <summary>
/// Where a content comes from and which licence it is under: its best surviving occurrence (<see cref="OccurrenceRank"/>), and the others.
/// It says nothing about the text, so it can be replaced without reading the text.
/// </summary>
public sealed record Attribution
{
    /// <summary>The repository of the best occurrence.</summary>
    public required RepositoryFacts Repository { get; init; }

    /// <summary>The path of the best occurrence.</summary>
    public required string Path { get; init; }

    /// <summary>The SPDX expression of the licence that covers it; empty if none was found.</summary>
    public required string License { get; init; }

    /// <summary>The class of that licence.</summary>
    public required LicenseClass LicenseClass { get; init; }

    /// <summary>How the licence was found, such as <c>LICENSE@&lt;blob id&gt;</c>, <c>header</c> or <c>forge</c>.</summary>
    public required string LicenseEvidence { get; init; }

    /// <summary>Copyright lines of the file and of its licence, verbatim.</summary>
    public IReadOnlyList<string> Copyright { get; init; } = [];

    /// <summary>Surviving occurrences of this content, at least 1.</summary>
    public required int Copies { get; init; }

    /// <summary>The surviving occurrences other than the best one, in rank order; at most 100 of them.</summary>
    public IReadOnlyList<OccurrenceLocation> OtherOccurrences { get; init; } = [];

    /// <summary>Whether the path is in a vendored folder.</summary>
    public bool IsVendored { get; init; }

    /// <summary>The rank of the best occurrence.</summary>
    public OccurrenceRank Rank => OccurrenceRank.Of(LicenseClass, Repository, Path);
}
