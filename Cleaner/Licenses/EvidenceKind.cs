using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>How a file states a licence, in order of trust within one folder, the best first.</summary>
public enum EvidenceKind
{
    /// <summary>A licence text: LICENSE, COPYING.</summary>
    LicenseText,

    /// <summary>Debian's copyright file.</summary>
    DebianCopyright,

    /// <summary>METADATA or PKG-INFO.</summary>
    CoreMetadata,

    /// <summary>pyproject.toml.</summary>
    PyProject,

    /// <summary>setup.cfg.</summary>
    SetupCfg,

    /// <summary>setup.py.</summary>
    SetupPy,

    /// <summary>README.</summary>
    Readme,

    /// <summary>NOTICE: says who made what; its licence counts only where no better evidence has one.</summary>
    Notice,

    /// <summary>The licence of something else: third parties, a model, data. It counts only where nothing speaks of the code.</summary>
    Other,
}

/// <summary>Which files are evidence of a licence, and for which folder.</summary>
public static class EvidencePath
{
    private static readonly string[] NoText =
        [
            ".json", ".yml", ".yaml", ".xml", ".csv", ".js", ".css", ".svg", ".png", ".po", ".pot", ".tmpl", ".template", ".j2", ".jinja",
            ".c", ".h", ".ipynb", ".lock", ".toml",
        ];

    /// <summary>What kind of evidence an occurrence is; null where it is none.</summary>
    public static EvidenceKind? KindOf(string path, FileKind kind)
    {
        ReadOnlySpan<char> name = path.AsSpan(path.LastIndexOf('/') + 1);
        switch (kind)
        {
            case FileKind.Python:
                return name is "setup.py" ? EvidenceKind.SetupPy : null;
            case FileKind.License:
                foreach (string extension in NoText)
                {
                    if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                    {
                        return null;
                    }
                }

                return IsOther(path, name) ? EvidenceKind.Other
                    : path.EndsWith("debian/copyright", StringComparison.Ordinal) ? EvidenceKind.DebianCopyright
                    : name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase) ? EvidenceKind.Notice
                    : EvidenceKind.LicenseText;
            default:
                return name is "METADATA" or "PKG-INFO" ? EvidenceKind.CoreMetadata
                    : name is "pyproject.toml" ? EvidenceKind.PyProject
                    : name is "setup.cfg" ? EvidenceKind.SetupCfg
                    : name.StartsWith("README", StringComparison.OrdinalIgnoreCase) ? EvidenceKind.Readme
                    : null;
        }
    }

    // Words in a licence file's name, and endings of it, that say that it is about something else than the code.
    private static bool IsOther(string path, ReadOnlySpan<char> name)
    {
        foreach (string word in OtherWords)
        {
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        // "LICENSE.geos" is the licence of geos.
        int dot = name.LastIndexOf('.');
        string ending = dot < 0 ? "" : name[(dot + 1)..].ToString();
        return (ending.Length > 2 && ending.All(char.IsAsciiLetterLower) && !LicenseEndings.Contains(ending)
                && LicenseNames.ToSpdx(ending) is null)
            || path.StartsWith("licenses/", StringComparison.Ordinal) || path.Contains("/licenses/", StringComparison.Ordinal)
            && !path.Contains(".dist-info/", StringComparison.Ordinal);
    }

    private static readonly string[] OtherWords =
    [
        "third-party", "third_party", "thirdparty", "third party", "3rd-party", "3rd_party", "3rdparty", "3rd party", "vendor",
        "bundled", "model", "weights", "dataset", "licenses_data", "license-data", "license_data",
    ];

    private static readonly HashSet<string> LicenseEndings = new(StringComparer.Ordinal)
    {
        "txt", "rst", "html", "htm", "markdown", "mkd", "text", "rtf", "pdf", "tex", "adoc", "asciidoc", "textile", "org", "doc", "mit",
        "bsd",
        "gpl", "lgpl", "agpl", "apache", "mpl", "psf", "isc", "zlib", "lesser", "library", "terms", "commercial", "additional",
        "addendum", "license",
        "epl", "edl", "cern", "main", "code", "source", "src",
    };

    /// <summary>
    /// The folder that evidence is about: its own, but for folders that hold nothing else (X.dist-info, X.egg-info, debian, LICENSES)
    /// the one above. Empty for the repository's root.
    /// </summary>
    public static string FolderOf(string path)
    {
        string folder = Parent(path);
        while (folder.Length > 0)
        {
            string name = folder[(folder.LastIndexOf('/') + 1)..];
            bool holdsMetadata = name.EndsWith(".dist-info", StringComparison.Ordinal)
                || name.EndsWith(".egg-info", StringComparison.Ordinal)
                || name.EndsWith(".egg-info/PKG-INFO", StringComparison.Ordinal) || name is "EGG-INFO" or "debian"
                || name.Equals("LICENSES", StringComparison.OrdinalIgnoreCase)
                || name.Equals("LICENSE", StringComparison.OrdinalIgnoreCase);
            if (!holdsMetadata)
            {
                break;
            }

            folder = Parent(folder);
        }

        return folder;
    }

    /// <summary>The folder above a path; empty at the root.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : "";

    /// <summary>The project that a *.dist-info or *.egg-info folder is about, normalized as module names are; null elsewhere.</summary>
    public static string? ProjectOf(string path)
    {
        foreach (string part in path.Split('/'))
        {
            if (part.EndsWith(".dist-info", StringComparison.Ordinal) || part.EndsWith(".egg-info", StringComparison.Ordinal))
            {
                string project = part[..part.LastIndexOf('.')];
                int dash = project.IndexOf('-');
                return Fold(dash < 0 ? project : project[..dash]);
            }
        }

        return null;
    }

    /// <summary>A name as PEP 503 normalizes it, but with '_' in place of '-' and '.'.</summary>
    public static string Fold(string name) => name.Replace('-', '_').Replace('.', '_').ToLowerInvariant();
}
