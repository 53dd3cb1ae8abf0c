using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>What stands at a path of a repository.</summary>
internal enum PathEntry
{
    /// <summary>Nothing, or what is no part of the repository: a submodule, a link whose target cannot be read.</summary>
    Nothing,

    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,
}

/// <summary>
/// Follows symbolic links inside a repository, as a work tree of it would: never out of it, and through few links. Only licences and
/// metadata are followed; a Python file that is a link is an occurrence of its target already.
/// </summary>
internal static class LinkPath
{
    /// <summary>The most links on the way to a file. Linux allows 40.</summary>
    public const int MaxLinks = 16;

    // A hostile tree may have thousands of links through long paths.
    private const int MaxSteps = 256;

    /// <summary>The most bytes of a link's target (PATH_MAX).</summary>
    public const int MaxTarget = 4096;

    /// <summary>Whether links of a kind of file are followed.</summary>
    public static bool IsFollowed(FileKind? kind) => kind is FileKind.License or FileKind.Metadata;

    /// <summary>Why a link has no content.</summary>
    public static string DetailOf(FileKind? kind) =>
        IsFollowed(kind) ? "the link leads to no file of the repository" : "links are not followed";

    /// <summary>The path of the file that a link leads to; null if it leads to none.</summary>
    /// <param name="path">The link.</param>
    /// <param name="target">Its target.</param>
    /// <param name="lookUp">Says what stands at a path, and what a link's target is.</param>
    public static string? Follow(string path, string target, Func<string, (PathEntry Entry, string? Target)> lookUp)
    {
        List<string> folders = [.. path.Split('/').SkipLast(1)];
        var open = new Stack<string>();
        if (!Push(open, target))
        {
            return null;
        }

        int links = 1;
        int steps = 0;
        while (open.TryPop(out string? part) && steps++ < MaxSteps)
        {
            if (part == "..")
            {
                if (folders.Count == 0)
                {
                    return null;
                }

                folders.RemoveAt(folders.Count - 1);
                continue;
            }

            string next = folders.Count == 0 ? part : $"{string.Join('/', folders)}/{part}";
            (PathEntry entry, string? further) = lookUp(next);
            switch (entry)
            {
                case PathEntry.Folder:
                    folders.Add(part);
                    break;
                case PathEntry.File when open.Count == 0:
                    return next;
                case PathEntry.Link when links++ < MaxLinks && Push(open, further!):
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    // The parts of a target, the first on top. An absolute one leads out of the repository.
    private static bool Push(Stack<string> open, string target)
    {
        if (target.Length is 0 or > MaxTarget || target[0] == '/')
        {
            return false;
        }

        foreach (string part in target.Split('/').Reverse().Where(part => part.Length > 0 && part != "."))
        {
            open.Push(part);
        }

        return open.Count <= MaxTarget;
    }
}
