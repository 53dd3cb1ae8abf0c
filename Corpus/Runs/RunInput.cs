namespace DataForge.Corpus.Runs;

/// <summary>The input of a run (<c>1-input.json</c>): the raw parts, and the snapshot of each repository that the run uses.</summary>
public sealed record RunInput
{
    /// <summary>The raw parts that hold these snapshots, in order of their numbers.</summary>
    public required IReadOnlyList<RawPart> Parts { get; init; }

    /// <summary>The repositories, in order of their numbers.</summary>
    public required IReadOnlyList<RepositorySnapshot> Repositories { get; init; }
}

/// <summary>A raw part, as it was when the input was pinned.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="FilesSha256">SHA-256 of its files shard.</param>
/// <param name="BlobsSha256">SHA-256 of its blobs shard.</param>
/// <param name="Occurrences">Rows in its files shard.</param>
/// <param name="Blobs">Rows in its blobs shard.</param>
/// <param name="Bytes">Content bytes in its blobs shard.</param>
public sealed record RawPart(int Number, string FilesSha256, string BlobsSha256, long Occurrences, long Blobs, long Bytes);

/// <summary>One repository's snapshot that a run is built from.</summary>
/// <param name="Id">The repository's number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Snapshot">The snapshot's number, from 1.</param>
/// <param name="Commit">The commit, where the source has commits.</param>
public sealed record RepositorySnapshot(long Id, string Name, int Snapshot, string? Commit);
