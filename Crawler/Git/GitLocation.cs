using System.Buffers;
using DataForge.Corpus;
using DataForge.Crawler.Folders;

namespace DataForge.Crawler.Git;

/// <summary>Where a git repository is: a folder, or an address to fetch it from.</summary>
internal sealed record GitLocation
{
    private static readonly string[] Schemes = ["file", "https", "ssh"];

    // Letters that a commit id, a branch or a tag is made of; git itself forbids most others (git-check-ref-format(1)).
    private static readonly SearchValues<char> RevisionLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-");

    private GitLocation(string location, bool isAddress, IReadOnlyList<string> nameParts, int leastNameParts) =>
        (Location, IsAddress, NameParts, LeastNameParts) = (location, isAddress, nameParts, leastNameParts);

    /// <summary>The folder, with links resolved, or the address with its revision.</summary>
    public string Location { get; }

    /// <summary>The address without its revision; the folder where it is none.</summary>
    public string Address => Revision is null ? Location : Location[..^(Revision.Length + 1)];

    /// <summary>The commit, branch or tag that follows an address after <c>#</c>; null for HEAD.</summary>
    public string? Revision { get; private init; }

    /// <summary>Whether it is an address, so that the repository has to be fetched.</summary>
    public bool IsAddress { get; }

    /// <summary>The parts of the location that may name the repository, without <c>.git</c>.</summary>
    public IReadOnlyList<string> NameParts { get; }

    /// <summary>How many parts make the shortest name: 1 for a folder, 2 (<c>owner/name</c>) for an address of a forge.</summary>
    public int LeastNameParts { get; }

    /// <summary>
    /// Parses a folder's path, an address with a scheme (<c>#</c> and a commit, branch or tag may follow it), or <c>user@host:path</c>.
    /// </summary>
    /// <param name="text">The source as the user wrote it, for messages.</param>
    /// <param name="rest">What follows <c>git:</c>.</param>
    /// <exception cref="DataForgeException">The folder does not exist, or the address is of another scheme.</exception>
    public static GitLocation Parse(string text, string rest)
    {
        if (rest.StartsWith('-') || rest.Any(char.IsControl))
        {
            throw DataForgeException.Usage($"{text}: this is neither a path nor an address.");
        }

        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            string name = rest[..scheme];
            int mark = rest.LastIndexOf('#');
            string address = mark < 0 ? rest : rest[..mark];
            return Array.IndexOf(Schemes, name) < 0
                ? throw DataForgeException.Usage(
                    $"{text}: '{name}' is not fetched from; give an address that begins with {string.Join("://, ", Schemes)}://.")
                : new GitLocation(rest, true, Parts(address[(scheme + 3)..]), name == "file" ? 1 : 2)
                {
                    Revision = mark < 0 ? null : ParseRevision(text, rest[(mark + 1)..]),
                };
        }

        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rest));
        if (Directory.Exists(full))
        {
            string real = FileSystem.RealPath(full) ?? full;
            return new GitLocation(real, false, Parts(real), 1);
        }

        int colon = rest.IndexOf(':');
        return rest.IndexOf('@') is var at && at > 0 && colon > at && rest.IndexOf('/') is var slash && (slash < 0 || slash > colon)
            ? new GitLocation(rest, true, Parts(rest.Replace(':', '/')), 2)
            : throw DataForgeException.Usage($"{text}: there is no such folder; name one that exists, or an address.");
    }

    private static string ParseRevision(string text, string revision) =>
        revision.Length is > 0 and <= 200 && revision[0] is not ('-' or '/' or '.') && !revision.AsSpan().ContainsAnyExcept(RevisionLetters)
        && !revision.Contains("..", StringComparison.Ordinal)
            ? revision
            : throw DataForgeException.Usage($"{text}: write a commit's id of {CommitId.Length} digits, a branch or a tag after the #.");

    // A user name before the host is not part of the repository's name.
    private static string[] Parts(string path)
    {
        List<string> parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        if (parts.Count > 1 && parts[^1] == ".git")
        {
            parts.RemoveAt(parts.Count - 1);
        }

        if (parts.Count > 0)
        {
            parts[0] = parts[0][(parts[0].LastIndexOf('@') + 1)..];
            parts[^1] = parts[^1].Length > 4 && parts[^1].EndsWith(".git", StringComparison.Ordinal) ? parts[^1][..^4] : parts[^1];
        }

        return [.. parts];
    }
}
