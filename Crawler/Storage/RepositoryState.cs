namespace DataForge.Crawler.Storage;

/// <summary>What became of a repository when it was last asked for.</summary>
public enum RepositoryStatus
{
    /// <summary>It was read.</summary>
    Present,

    /// <summary>It has no commit.</summary>
    Empty,

    /// <summary>It stands under another name now (301); <see cref="RepositoryState.Detail"/> has it.</summary>
    Moved,

    /// <summary>It is gone, or private to those who ask: GitHub answers 404 for both.</summary>
    Vanished,

    /// <summary>The search or its page says that it is private.</summary>
    Private,

    /// <summary>It is blocked for legal reasons (451) or disabled by the forge (403).</summary>
    Blocked,

    /// <summary>It could not be read; <see cref="RepositoryState.Detail"/> says why.</summary>
    Failed,
}

/// <summary>A repository as it was when it was last asked for.</summary>
/// <param name="Repository">Its number.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Name">The name it was asked for by.</param>
/// <param name="Commit">The commit of its HEAD that was read last; null where none ever was.</param>
/// <param name="PushedAt">When it was last pushed to, as the forge said then: unchanged, it need not be asked for again.</param>
/// <param name="Detail">The new name, or why it could not be read; null where there is nothing to say.</param>
internal sealed record RepositoryState(
    long Repository, RepositoryStatus Status, string Name, string? Commit = null, DateTimeOffset? PushedAt = null, string? Detail = null);
