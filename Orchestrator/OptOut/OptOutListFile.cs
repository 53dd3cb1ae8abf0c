using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;

namespace DataForge.Orchestrator.OptOut;

/// <summary>Reads the list of an opt-out, and refuses lines that cannot be meant.</summary>
internal static class OptOutListFile
{
    // A million names of 64 characters.
    private const int MaxBytes = 64 << 20;

    // GitHub allows 39 characters for an owner and 100 for a repository; folders and other hosts may have longer names.
    private const int MaxEntry = 1000;

    private const int MaxShown = 80;

    /// <summary>The list's entries, each once, in ordinal order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="known">Names of the workspace's repositories; such a name may contain spaces.</param>
    /// <exception cref="DataForgeException">A line names no repository and no owner, or there is no entry. Exit code 2.</exception>
    public static IReadOnlyList<string> Read(string path, IReadOnlyList<string> known)
    {
        var names = new HashSet<string>(known, StringComparer.OrdinalIgnoreCase);
        var entries = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((int number, string line) in Lines(path).Index())
        {
            string entry = OptOutList.EntryOf(line);
            if (entry.Length == 0)
            {
                continue;
            }

            if (Fault(entry, names) is { } fault)
            {
                string shown = entry.Length > MaxShown ? entry[..MaxShown] + "…" : entry;
                throw DataForgeException.Usage($"{path}, line {number + 1}: '{shown}' {fault}.");
            }

            entries.Add(entry);
        }

        return entries.Count > 0
            ? [.. entries]
            : throw DataForgeException.Usage($"{path} names nobody: write one owner/repository or owner per line.");
    }

    private static string? Fault(string entry, HashSet<string> names)
    {
        if (entry.Length > MaxEntry)
        {
            return "is too long for a name";
        }

        if (entry.Any(char.IsControl) || entry.Contains('\uFFFD'))
        {
            return "is not text";
        }

        if (entry.Any(char.IsWhiteSpace) && !names.Contains(entry))
        {
            return "names a file; a list for optout names repositories or owners (single files: Clean:OptOutFile)";
        }

        // A name of the workspace itself is understood whatever it is made of.
        if (names.Contains(entry))
        {
            return null;
        }

        if (entry.FirstOrDefault(c => !IsOfName(c)) is var strange and not '\0')
        {
            return $"has a '{strange}', which no name on a forge has: write owner/repository or owner, one a line";
        }

        if (entry.StartsWith('/') || entry.EndsWith('/')
            || entry.Contains("//", StringComparison.Ordinal) || entry.Contains("://", StringComparison.Ordinal))
        {
            return "is not a name: write owner/repository or owner";
        }

        string stem = entry.TrimEnd('*');
        bool isAllOfOwner = stem.EndsWith('/') && entry.Length == stem.Length + 1;
        return (stem != entry && !isAllOfOwner) || entry[..^1].Contains('*')
            ? "has a '*' that is not an owner's last part: write owner/*"
            : null;
    }

    // Letters and digits of any script, the marks that forges allow, and what the list's own form has. An address (git@host:owner/name), a
    // mention (@owner) or two names on a line have others, and would match nothing.
    private static bool IsOfName(char c) =>
        char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '/' or '*' or '.' or '_' or '-' or '+' or '~';

    private static string[] Lines(string path)
    {
        if (!File.Exists(path))
        {
            throw DataForgeException.Usage($"The list {path} does not exist.");
        }

        return new FileInfo(path).Length <= MaxBytes
            ? File.ReadAllLines(path, Encoding.UTF8)
            : throw DataForgeException.Usage($"The list {path} is larger than {MaxBytes >> 20} MiB: it is not a list of names.");
    }
}
