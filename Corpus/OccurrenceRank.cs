namespace DataForge.Corpus;

/// <summary>Decides which of several occurrences of a content represents it in the dataset.</summary>
/// <param name="License">The class of the licence that covers the occurrence.</param>
/// <param name="Stars">Stars of its repository; 0 if unknown.</param>
/// <param name="IsFork">Whether its repository is a fork; false if unknown.</param>
/// <param name="CreatedAt">When its repository was created (ISO 8601, UTC); null if unknown, which ranks last.</param>
/// <param name="Repository">Its repository's name.</param>
/// <param name="Path">Its path there.</param>
public readonly record struct OccurrenceRank(
    LicenseClass License, int Stars, bool IsFork, string? CreatedAt, string Repository, string Path) : IComparable<OccurrenceRank>
{
    /// <summary>The rank of a file of a repository under a licence of this class.</summary>
    public static OccurrenceRank Of(LicenseClass license, RepositoryFacts repository, string path) => new(
        license, repository.Stars ?? 0, repository.IsFork ?? false, repository.CreatedAt, repository.Name, path);

    /// <summary>
    /// The better occurrence comes first: by licence class, then more stars, then no fork, then the repository created earliest, then the
    /// repository's name and the path in ordinal order. Two different occurrences never compare equal.
    /// </summary>
    public int CompareTo(OccurrenceRank other)
    {
        int order = License.CompareTo(other.License);
        order = order != 0 ? order : other.Stars.CompareTo(Stars);
        order = order != 0 ? order : IsFork.CompareTo(other.IsFork);
        order = order != 0 ? order : string.CompareOrdinal(CreatedAt ?? "~", other.CreatedAt ?? "~");
        order = order != 0 ? order : string.CompareOrdinal(Repository, other.Repository);
        return order != 0 ? order : string.CompareOrdinal(Path, other.Path);
    }
}
