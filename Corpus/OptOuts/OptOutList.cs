namespace DataForge.Corpus.OptOuts;

/// <summary>
/// Who asked to be left out: repositories, all repositories of an owner, single files. Names are compared without regard to case, as forges
/// do; paths are case-sensitive.
/// </summary>
public sealed class OptOutList
{
    private readonly HashSet<string> _entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Whether the list has no entries.</summary>
    public bool IsEmpty => _entries.Count == 0 && _files.Count == 0;

    /// <summary>
    /// Reads a list with one entry per line: a repository's name; a name without a slash, or one that ends in <c>/*</c>, for all
    /// repositories of an owner; a name and a path separated by a space, for one file. <c>#</c> begins a comment. Null is an empty list.
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

    /// <summary>The entry on a line, without its comment; empty if there is none.</summary>
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

    /// <summary>The entry that covers a whole repository, or null.</summary>
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
        string owner = slash > 0 ? repository[..slash] : "";
        return slash > 0 && (_entries.TryGetValue(owner, out entry) || _entries.TryGetValue(owner + "/*", out entry)) ? entry : null;
    }

    /// <summary>The entry that covers a file, or null.</summary>
    public string? Find(string repository, string path) =>
        FindRepository(repository) ?? (_files.Count > 0 && _files.TryGetValue($"{repository} {path}", out string? entry) ? entry : null);
}
