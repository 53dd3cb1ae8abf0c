namespace DataForge.Forge.Content;

/// <summary>A piece of local Python code for one repository.</summary>
/// <param name="Name">A name for it, letters, digits and dashes.</param>
/// <param name="Root">The folder that its paths are relative to.</param>
/// <param name="Paths">Its files, relative to the root, in ordinal order.</param>
public sealed record ContentUnit(string Name, string Root, IReadOnlyList<string> Paths);

/// <summary>
/// Divides folders of Python code into pieces of the size of a small repository: a package of at most <see cref="MaxPythonFiles"/> Python
/// files is one piece, with all its other files; a larger one is divided at its folders.
/// </summary>
public static class ContentUnits
{
    /// <summary>The most Python files of a piece, where folders allow it.</summary>
    public const int MaxPythonFiles = 60;

    // How many loose modules of a folder form a piece.
    private const int LooseFiles = 8;

    // Larger files would make the repositories slow to create; real repositories rarely have them.
    private const long MaxFileBytes = 2 << 20;

    private static readonly EnumerationOptions Walk = new()
    {
        IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint, MatchType = MatchType.Simple,
    };

    /// <summary>The pieces, in ordinal order of their paths, folder by folder.</summary>
    public static IEnumerable<ContentUnit> Of(IEnumerable<string> folders) => folders.SelectMany(folder => Cut(Path.GetFullPath(folder)));

    private static IEnumerable<ContentUnit> Cut(string folder)
    {
        string[] all = [.. Files(folder)];
        int python = all.Count(IsPython);
        if (python == 0)
        {
            yield break;
        }

        if (python <= MaxPythonFiles)
        {
            yield return Unit(folder, Name(folder), all);
            yield break;
        }

        string[] loose = [.. all.Where(path => !path.Contains('/') && IsPython(path))];
        foreach (string[] chunk in loose.Chunk(LooseFiles))
        {
            yield return Unit(folder, Name(folder) + "-" + Clean(Path.GetFileNameWithoutExtension(chunk[0])), chunk);
        }

        foreach (string inner in Directory.EnumerateDirectories(folder, "*", Walk).Order(StringComparer.Ordinal))
        {
            foreach (ContentUnit unit in Cut(inner))
            {
                yield return unit;
            }
        }
    }

    private static ContentUnit Unit(string folder, string name, string[] paths) => new(name, folder, paths);

    private static IEnumerable<string> Files(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint,
        };
        return new DirectoryInfo(folder).EnumerateFiles("*", options)
            .Where(file => file.Length <= MaxFileBytes && file.Extension != ".pyc")
            .Select(file => Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'))
            .Where(path => !path.Contains("__pycache__", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    private static bool IsPython(string path) => path.EndsWith(".py", StringComparison.Ordinal);

    private static string Name(string folder) => Clean(Path.GetFileName(folder));

    private static string Clean(string text) =>
        new string([.. text.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]).Trim('-') is { Length: > 0 } name
            ? name
            : "code";
}
