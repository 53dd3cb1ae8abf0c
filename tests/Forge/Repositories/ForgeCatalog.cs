using System.Collections.Concurrent;

namespace DataForge.Forge.Repositories;

/// <summary>The forge's repositories by number and by name, with former names too. Thread-safe.</summary>
public sealed class ForgeCatalog
{
    private readonly ConcurrentDictionary<long, ForgeRepository> _byId = [];

    // Names as GitHub compares them: letter case is ignored. Former names stay and lead to the repository under its present name.
    private readonly ConcurrentDictionary<string, ForgeRepository> _byName = new(StringComparer.OrdinalIgnoreCase);
    private ForgeRepository[]? _ordered;

    /// <summary>Every repository, in order of the numbers.</summary>
    public IReadOnlyList<ForgeRepository> All => _ordered ??= [.. _byId.Values.OrderBy(repository => repository.Id)];

    /// <summary>Adds a repository.</summary>
    /// <exception cref="ArgumentException">Its number or name is taken.</exception>
    public void Add(ForgeRepository repository)
    {
        if (!_byId.TryAdd(repository.Id, repository))
        {
            throw new ArgumentException($"number {repository.Id} is taken");
        }

        if (!_byName.TryAdd(repository.FullName, repository))
        {
            _byId.TryRemove(repository.Id, out _);
            throw new ArgumentException($"name {repository.FullName} is taken");
        }

        _ordered = null;
    }

    /// <summary>Finds a repository by number.</summary>
    public ForgeRepository? Find(long id) => _byId.GetValueOrDefault(id);

    /// <summary>Finds a repository by a name it has or had.</summary>
    public ForgeRepository? Find(string owner, string name) => _byName.GetValueOrDefault($"{owner}/{name}");

    /// <summary>Gives a repository another owner or name; the old name redirects.</summary>
    public void Rename(ForgeRepository repository, ForgeOwner owner, string name)
    {
        repository.Owner = owner;
        repository.Name = name;
        _byName[repository.FullName] = repository;
    }
}
