namespace DataForge.Forge.Repositories;

/// <summary>The state of a repository.</summary>
public enum RepositoryState
{
    /// <summary>Everyone can see it.</summary>
    Public,

    /// <summary>Only its owner can see it: 404 for everyone else.</summary>
    Private,

    /// <summary>It was deleted: 404.</summary>
    Vanished,

    /// <summary>It was blocked for legal reasons: 451.</summary>
    Blocked,
}

/// <summary>An owner of repositories.</summary>
/// <param name="Id">Number, 1 or more.</param>
/// <param name="Login">Name in addresses.</param>
/// <param name="Type"><c>User</c> or <c>Organization</c>.</param>
public sealed record ForgeOwner(long Id, string Login, string Type = "User");

/// <summary>One repository of the forge. Tests change it between requests.</summary>
public sealed class ForgeRepository
{
    /// <summary>Its number, which never changes.</summary>
    public required long Id { get; init; }

    /// <summary>Its owner; changed by <see cref="ForgeCatalog.Rename"/>.</summary>
    public required ForgeOwner Owner { get; set; }

    /// <summary>Its name without the owner; changed by <see cref="ForgeCatalog.Rename"/>.</summary>
    public required string Name { get; set; }

    /// <summary>Owner and name.</summary>
    public string FullName => $"{Owner.Login}/{Name}";

    /// <summary>When it was created, in seconds since 1970.</summary>
    public long CreatedAt { get; set; }

    /// <summary>When it was last pushed to, in seconds since 1970.</summary>
    public long PushedAt { get; set; }

    /// <summary>When it last changed in any way, in seconds since 1970.</summary>
    public long UpdatedAt { get; set; }

    /// <summary>People who starred it.</summary>
    public int Stars { get; set; }

    /// <summary>Forks of it.</summary>
    public int Forks { get; set; }

    /// <summary>Kilobytes, as GitHub reports them (zero where nothing was measured yet).</summary>
    public int Size { get; set; }

    /// <summary>Its main language; null where there is none.</summary>
    public string? Language { get; set; } = "Python";

    /// <summary>GitHub's key of its licence (<c>mit</c>), <c>other</c>, or null.</summary>
    public string? License { get; set; }

    /// <summary>The repository it is a fork of, or null.</summary>
    public ForgeRepository? Parent { get; set; }

    /// <summary>Whether it is read-only.</summary>
    public bool IsArchived { get; set; }

    /// <summary>Its state.</summary>
    public RepositoryState State { get; set; }

    /// <summary>
    /// Whether searches list it though it is not public: GitHub's index lags behind. A public repository is always listed.
    /// </summary>
    public bool IsStaleInSearch { get; set; }

    /// <summary>Whether its git server does not support partial fetches.</summary>
    public bool LacksFilters { get; set; }

    /// <summary>The branch that HEAD names.</summary>
    public string DefaultBranch { get; set; } = "main";

    /// <summary>Its bare repository, an absolute path; null where it has no commit (GitHub's empty repository).</summary>
    public string? GitFolder { get; set; }

    /// <summary>Whether searches list it.</summary>
    public bool IsListed => State == RepositoryState.Public || IsStaleInSearch;
}
