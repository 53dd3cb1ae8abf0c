namespace DataForge.Crawler.Storage;

/// <summary>The status of a repository when it was last requested.</summary>
public enum RepositoryStatus
{
    /// <summary>It was read.</summary>
    Present,

    /// <summary>It has no commit.</summary>
    Empty,

    /// <summary>It has another name now (301), which <see cref="RepositoryState.Detail"/> gives.</summary>
    Moved,

    /// <summary>It was deleted, or is private: GitHub answers 404 for both.</summary>
    Vanished,

    /// <summary>It is private, by the search or by the API.</summary>
    Private,

    /// <summary>It is blocked for legal reasons (451) or disabled by the forge (403).</summary>
    Blocked,

    /// <summary>It could not be read; <see cref="RepositoryState.Detail"/> says why.</summary>
    Failed,
}

/// <summary>A repository as it was when it was last requested.</summary>
/// <param name="Repository">Its id.</param>
/// <param name="Status">Its status.</param>
/// <param name="Name">The name under which it was requested.</param>
/// <param name="Commit">The commit of HEAD that was read last; null if none ever was.</param>
/// <param name="PushedAt">
/// The time of the last push, by the forge: while it is the same, the repository need not be requested again.
/// </param>
/// <param name="Detail">The new name, or why it could not be read; null for the other statuses.</param>
internal sealed record RepositoryState(
    long Repository, RepositoryStatus Status, string Name, string? Commit = null, DateTimeOffset? PushedAt = null, string? Detail = null);
