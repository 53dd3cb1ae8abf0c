namespace DataForge.Corpus.OptOuts;

/// <summary>
/// Who asked to be left out: repositories, all of an owner's repositories, single files. Names are compared without regard to case, as forges do; paths with it.
/// </summary>
public sealed class OptOutList
{
    private readonly HashSet<string> _entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Whether there is nobody on it.</summary>
    public bool IsEmpty => _entries.Count == 0 && _files.Count == 0;

    /// <summary>
    /// Reads a list, an entry a line: a repository's name; a name without a slash, or one that ends in <c>/*</c>, for all of an owner's repositories; a name and
    /// a path separated by a space, for one file. <c>#</c> begins a comment. Null is an empty list.
    /// </summary>
    public static OptOutList Read(string? file)
    {
        var list = new OptOutList();
        foreach (string entry in file is null ? [] : File.ReadLines(file).Select(EntryOf))
        {
            if (entry.Contains(' '))
            {
                list._files.Add(entry);
            }
            else if (entry.Length > 0)
            {
                list._entries.Add(entry);
            }
        }

        return list;
    }

    /// <summary>A line's entry, without its comment; empty where it has none.</summary>
    public static string EntryOf(string line)
    {
        int comment = line.IndexOf('#');
        return (comment < 0 ? line : line[..comment]).Trim();
    }

    /// <summary>Adds entries that name repositories or owners.</summary>
    public OptOutList With(IEnumerable<string> entries)
    {
        _entries.UnionWith(entries);
        return this;
    }

    /// <summary>The entry that covers all of a repository, or null.</summary>
    public string? FindRepository(string repository)
    {
        if (_entries.Count == 0)
        {
            return null;
        }

        if (_entries.TryGetValue(repository, out string? entry))
        {
            return entry;
        }

        int slash = repository.IndexOf('/');
        return slash > 0 && (_entries.TryGetValue(repository[..slash], out entry) || _entries.TryGetValue(repository[..slash] + "/*", out entry)) ? entry : null;
    }

    /// <summary>The entry that covers a file, or null.</summary>
    public string? Find(string repository, string path) =>
        FindRepository(repository) ?? (_files.Count > 0 && _files.TryGetValue($"{repository} {path}", out string? entry) ? entry : null);
}
