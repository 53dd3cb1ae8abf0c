using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>The kinds of the files that are crawled, by name.</summary>
public static class FileKinds
{
    private static readonly string[] Licenses = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
    private static readonly string[] Metadata = ["setup.cfg", "pyproject.toml", "PKG-INFO", "METADATA"];

    /// <summary>
    /// <c>*.py</c> is Python; LICENSE*, LICENCE*, COPYING*, NOTICE* and UNLICENSE* in any case are licences; setup.cfg, pyproject.toml,
    /// PKG-INFO, METADATA and README* are metadata (setup.py is Python); null for every other file.
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

        return name.StartsWith("README", StringComparison.OrdinalIgnoreCase) || Array.IndexOf(Metadata, name.ToString()) >= 0
            ? FileKind.Metadata
            : null;
    }
}
