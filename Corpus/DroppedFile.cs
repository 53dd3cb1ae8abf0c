namespace DataForge.Corpus;

/// <summary>Whether one occurrence was dropped, or a content with all its occurrences.</summary>
public enum DropLevel
{
    /// <summary>One path in one repository was dropped; its content may stay because of another occurrence.</summary>
    Occurrence = 0,

    /// <summary>The content was dropped, and with it every occurrence that was not dropped before.</summary>
    Content = 1,
}

/// <summary>A row of <c>dropped/</c>: an occurrence or a content that was dropped, and why.</summary>
public sealed record DroppedFile
{
    /// <summary>Whether an occurrence or a content was dropped.</summary>
    public required DropLevel Level { get; init; }

    /// <summary>The name of the rule, such as <c>line_max</c> or <c>near_duplicate</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>The value measured, as text (numbers in invariant form).</summary>
    public string Value { get; init; } = "";

    /// <summary>The threshold that the value was compared with, as text.</summary>
    public string Threshold { get; init; } = "";

    /// <summary>The content's git id; null if the content could not be read.</summary>
    public BlobId? BlobId { get; init; }

    /// <summary>The repository's number.</summary>
    public required long RepositoryId { get; init; }

    /// <summary>The repository (for a content: of its best occurrence).</summary>
    public required string Repository { get; init; }

    /// <summary>The commit's id; null if the source has no commits.</summary>
    public string? Commit { get; init; }

    /// <summary>The path (for a content: of its best occurrence).</summary>
    public required string Path { get; init; }

    /// <summary>Source bytes; −1 if unknown.</summary>
    public long Size { get; init; } = -1;

    /// <summary>Occurrences accounted for by this row: 1, or for a content all that survived the occurrence rules.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>For a duplicate: the git id of the kept twin.</summary>
    public BlobId? Twin { get; init; }

    /// <summary>For a duplicate: exact Jaccard similarity with the kept twin, 0 to 1.</summary>
    public double? Jaccard { get; init; }

    /// <summary>The row of a content whose occurrences changed: it names the best of them and counts all of them.</summary>
    public DroppedFile AttributedTo(Attribution attribution) => this with
    {
        RepositoryId = attribution.Repository.Id,
        Repository = attribution.Repository.Name,
        Commit = attribution.Repository.Commit,
        Path = attribution.Path,
        Copies = attribution.Copies,
    };
}
