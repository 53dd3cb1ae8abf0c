namespace DataForge.Corpus;

/// <summary>What a crawled file is used for.</summary>
public enum FileKind
{
    /// <summary>A <c>.py</c> file: a candidate for the dataset.</summary>
    Python = 0,

    /// <summary>A licence text (LICENSE, COPYING, NOTICE, a Debian copyright file): evidence, never in the dataset.</summary>
    License = 1,

    /// <summary>Packaging metadata that may name a licence (METADATA, PKG-INFO, setup.py, setup.cfg, pyproject.toml, README).</summary>
    Metadata = 2,
}

/// <summary>Facts about a repository at the time of the crawl.</summary>
public sealed record RepositoryFacts
{
    /// <summary>GitHub's id of the repository; for other sources the first 63 bits of SHA-256 over source kind and name.</summary>
    public required long Id { get; init; }

    /// <summary>The name, such as <c>psf/requests</c>; unique within a workspace.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of source it came from: dir, git, jsonl, parquet or github.</summary>
    public required string Source { get; init; }

    /// <summary>How many times this workspace has crawled it, from 1. A run pins one snapshot of each repository.</summary>
    public int Snapshot { get; init; } = 1;

    /// <summary>The commit's id; null if the source has no commits.</summary>
    public string? Commit { get; init; }

    /// <summary>Stars, 0 or more; null if unknown.</summary>
    public int? Stars { get; init; }

    /// <summary>Forks, 0 or more; null if unknown.</summary>
    public int? Forks { get; init; }

    /// <summary>Whether the forge says that it is a fork; null if unknown.</summary>
    public bool? IsFork { get; init; }

    /// <summary>When it was created, as ISO 8601 in UTC; null if unknown. Compared as text.</summary>
    public string? CreatedAt { get; init; }

    /// <summary>The licence that the forge or the source states, as an SPDX id if it has one; null if none.</summary>
    public string? ForgeLicense { get; init; }
}

/// <summary>One file in one snapshot of a repository. Many occurrences may have the same content.</summary>
public sealed record Occurrence
{
    /// <summary>The repository it was found in.</summary>
    public required RepositoryFacts Repository { get; init; }

    /// <summary>
    /// The path in the repository, parts separated by '/'. Bytes that are not UTF-8 are written as %XX, and so is a '%' before two
    /// hexadecimal digits.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The git mode (0o100644, 0o100755, 0o120000 for a symbolic link).</summary>
    public int Mode { get; init; } = 0x81A4;

    /// <summary>What the file is for.</summary>
    public FileKind Kind { get; init; }

    /// <summary>The content's git id; null if the content could not be read.</summary>
    public BlobId? BlobId { get; init; }

    /// <summary>Source bytes; −1 if unknown.</summary>
    public long Size { get; init; } = -1;

    /// <summary>The number of the raw part that stores the content; −1 if it is not stored.</summary>
    public int BlobPart { get; init; } = -1;

    /// <summary>
    /// Why the content is not stored, as the name of a drop rule (<c>size</c>, <c>unreadable</c>, <c>symlink</c>, …, see <see
    /// cref="RuleNames"/>); null if it is.
    /// </summary>
    public string? Fault { get; init; }
}
