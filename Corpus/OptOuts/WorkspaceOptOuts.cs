using System.Text.Json.Serialization;
using DataForge.Corpus.Runs;

namespace DataForge.Corpus.OptOuts;

/// <summary>One entry of a list that was applied.</summary>
/// <param name="Name">A repository, an owner, or <c>owner/*</c>.</param>
/// <param name="List">SHA-256 of the first list that had it: of its entries in ordinal order, one per line.</param>
public sealed record OptOutEntry(string Name, string List);

/// <summary>A repository that was removed.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Location">
/// For one that was named after its location: SHA-256 of the kind of source and the location, so that it is recognized there even if
/// another has the same name.
/// </param>
public sealed record RemovedRepository(long Id, string Name, string? Location = null);

/// <summary>
/// The workspace's tombstones (<c>optout.json</c>): what was removed on request and is kept out of later crawls and builds. It is the only
/// place that still has these names.
/// </summary>
public sealed class WorkspaceOptOuts
{
    private readonly OptOutList _list;
    private readonly HashSet<long> _ids;
    private readonly HashSet<string> _names;

    /// <summary>Makes the tombstones.</summary>
    /// <param name="entries">All entries of all lists applied.</param>
    /// <param name="repositories">All repositories removed.</param>
    [JsonConstructor]
    public WorkspaceOptOuts(IReadOnlyList<OptOutEntry> entries, IReadOnlyList<RemovedRepository> repositories)
    {
        (Entries, Repositories) = (entries, repositories);
        _list = new OptOutList().With(entries.Select(entry => entry.Name));
        _ids = [.. repositories.Select(repository => repository.Id)];
        _names = new HashSet<string>(repositories.Select(repository => repository.Name), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The entries, in ordinal order of their names.</summary>
    public IReadOnlyList<OptOutEntry> Entries { get; }

    /// <summary>The repositories, in order of their numbers.</summary>
    public IReadOnlyList<RemovedRepository> Repositories { get; }

    /// <summary>A hash of the entries; empty if there are none.</summary>
    [JsonIgnore]
    public string Hash => Entries.Count == 0 ? "" : StageHash.Combine(Entries.Select(entry => entry.Name));

    /// <summary>The lists that were applied, in ordinal order of their hashes.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Lists => [.. Entries.Select(entry => entry.List).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The path of a workspace's tombstones.</summary>
    public static string FileOf(Workspace workspace) => FileIn(workspace.Folder);

    /// <summary>The path of the tombstones of the workspace in a folder.</summary>
    public static string FileIn(string workspaceFolder) => Path.Combine(workspaceFolder, "optout.json");

    /// <summary>Reads a workspace's tombstones; none if it has no file of them.</summary>
    /// <exception cref="DataForgeException">The file is damaged.</exception>
    public static WorkspaceOptOuts Read(Workspace workspace) =>
        File.Exists(FileOf(workspace)) ? CanonicalJson.Read<WorkspaceOptOuts>(FileOf(workspace)) : new WorkspaceOptOuts([], []);

    /// <summary>The hash of a list: its entries in ordinal order, so that comments and order do not matter.</summary>
    public static string HashOf(IEnumerable<string> entries) =>
        StageHash.Combine(entries.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>The hash by which a location is recognized.</summary>
    public static string LocationHash(string kind, string location) => StageHash.Combine("location", kind, location);

    /// <summary>Whether a repository is kept out: by its name, or by its number if it has been renamed.</summary>
    public bool Covers(long id, string name) => _ids.Contains(id) || _list.FindRepository(name) is not null;

    /// <summary>The entry that keeps a repository out, for its row in <c>dropped/</c>; null if it may stay.</summary>
    public string? Find(long id, string name) =>
        _list.FindRepository(name) ?? (_ids.Contains(id) ? name : null);

    /// <summary>The name that a source at this location had, or null.</summary>
    public string? NameAt(string kind, string location) =>
        Repositories.Count == 0
            ? null
            : Repositories.FirstOrDefault(repository => repository.Location == LocationHash(kind, location))?.Name;

    /// <summary>Whether a removed repository had this name, which is not given to another.</summary>
    public bool HasName(string name) => _names.Contains(name);

    /// <summary>These and more, each entry once (with the first list that had it), in canonical order.</summary>
    public WorkspaceOptOuts With(IEnumerable<OptOutEntry> entries, IEnumerable<RemovedRepository> repositories) => new(
        [
            .. Entries.Concat(entries)
                .DistinctBy(entry => entry.Name, StringComparer.Ordinal)
                .OrderBy(entry => entry.Name, StringComparer.Ordinal),
        ],
        [.. Repositories.Concat(repositories).DistinctBy(repository => repository.Id).OrderBy(repository => repository.Id)]);
}
