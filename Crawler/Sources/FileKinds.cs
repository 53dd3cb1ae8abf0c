using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>The kinds of the files that are crawled, by name.</summary>
public static class FileKinds
{
    private static readonly string[] Licenses = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Inside =
        Names("LICENSE", "LICENCE", "LICENSES", "LICENCES", "COPYING", "COPYRIGHT", "CLAUSE");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> TextEndings =
        Names("", ".txt", ".md", ".rst", ".markdown", ".text", ".html");

    private static readonly string[] Metadata = ["setup.cfg", "pyproject.toml", "PKG-INFO", "METADATA"];

    /// <summary>
    /// <c>*.py</c> is Python; LICENSE*, LICENCE*, COPYING*, NOTICE* and UNLICENSE* in any case are licences. So are text files whose name
    /// has LICENSE(S), LICENCE(S), COPYING, COPYRIGHT or CLAUSE as a word (MIT-LICENSE, GPL_LICENSE.txt, COMMONS-CLAUSE.md), and text files
    /// in a folder LICENSES (upper case), REUSE.toml, .reuse/dep5 and X.py.license. setup.cfg, pyproject.toml, PKG-INFO, METADATA and
    /// README* are metadata (setup.py is Python); null for every other file.
    /// </summary>
    public static FileKind? Of(string path)
    {
        ReadOnlySpan<char> name = path.AsSpan(path.LastIndexOf('/') + 1);
        if (name.EndsWith(".py", StringComparison.Ordinal))
        {
            return FileKind.Python;
        }

        foreach (string word in Licenses)
        {
            if (name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return FileKind.License;
            }
        }

        if (IsOfReuse(path, name) || IsLicenseText(path, name))
        {
            return FileKind.License;
        }

        return name.StartsWith("README", StringComparison.OrdinalIgnoreCase) || Array.IndexOf(Metadata, name.ToString()) >= 0
            ? FileKind.Metadata
            : null;
    }

    // A text whose name has one of the words between "-", "_" or ".", or that lies in the folder of the REUSE specification.
    private static bool IsLicenseText(string path, ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> ending = Path.GetExtension(name);
        if (!TextEndings.Contains(ending))
        {
            return false;
        }

        if (path.StartsWith("LICENSES/", StringComparison.Ordinal) || path.Contains("/LICENSES/", StringComparison.Ordinal))
        {
            return true;
        }

        ReadOnlySpan<char> bare = name[..^ending.Length];
        foreach (Range part in bare.SplitAny('-', '_', '.'))
        {
            if (Inside.Contains(bare[part]))
            {
                return true;
            }
        }

        return false;
    }

    // Of the files X.license only those beside Python files say something about the dataset.
    private static bool IsOfReuse(string path, ReadOnlySpan<char> name) =>
        name is "REUSE.toml" || name.EndsWith(".py.license", StringComparison.Ordinal)
        || path == ".reuse/dep5" || path.EndsWith("/.reuse/dep5", StringComparison.Ordinal);

    private static HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Names(params string[] names) =>
        new HashSet<string>(names, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
}
