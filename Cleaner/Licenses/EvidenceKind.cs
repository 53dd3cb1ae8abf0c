using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// How a file states a licence. Up to <see cref="Other"/> in order of trust within one folder, the best first; what REUSE's files and the
/// file's own header say is held against these apart.
/// </summary>
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

    /// <summary>REUSE.toml: the licences of paths below its folder.</summary>
    ReuseToml,

    /// <summary><c>.reuse/dep5</c>: the licences of paths of the repository.</summary>
    ReuseDep5,

    /// <summary><c>X.py.license</c>: the licence of X.py.</summary>
    FileLicense,

    /// <summary>The header of the file itself. No file of a repository is read as this; reports name it.</summary>
    Header,
}

/// <summary>Which files are evidence of a licence, and for which folder.</summary>
public static class EvidencePath
{
    private static readonly string[] NoText =
        [
            ".json", ".yml", ".yaml", ".xml", ".csv", ".js", ".css", ".svg", ".png", ".po", ".pot", ".tmpl", ".template", ".j2", ".jinja",
            ".c", ".h", ".ipynb", ".lock", ".toml",
        ];

    // Endings of source code and of other files that are no texts: LicenseChecker.java speaks of licences and is none. LICENSE.java may be
    // the licence of the Java part.
    private static readonly HashSet<string> CodeEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        "cs", "java", "go", "rs", "ts", "tsx", "jsx", "mjs", "php", "rb", "cpp", "cc", "cxx", "hpp", "hh", "swift", "kt", "scala", "pl",
        "pm", "lua", "dart", "m", "mm", "r", "pyi", "pyx", "pxd", "sh", "bash", "bat", "ps1", "sql", "vue", "svelte", "scss", "less", "ini",
        "cfg", "conf", "properties", "resx", "xaml", "proto", "gradle", "cmake", "jpg", "jpeg", "gif", "ico", "webp", "snap", "log",
    };

    private static bool IsCode(ReadOnlySpan<char> name)
    {
        int dot = name.LastIndexOf('.');
        return dot > 0 && CodeEndings.Contains(name[(dot + 1)..].ToString()) && name[..dot] is not ("LICENSE" or "LICENCE" or "COPYING");
    }

    /// <summary>What kind of evidence an occurrence is; null where it is none.</summary>
    public static EvidenceKind? KindOf(string path, FileKind kind)
    {
        ReadOnlySpan<char> name = path.AsSpan(path.LastIndexOf('/') + 1);
        switch (kind)
        {
            case FileKind.Python:
                return name is "setup.py" ? EvidenceKind.SetupPy : null;
            case FileKind.License:
                if (OfReuse(name, out EvidenceKind? reuse))
                {
                    return reuse;
                }

                foreach (string extension in NoText)
                {
                    if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                    {
                        return null;
                    }
                }

                return IsCode(name) || HasAny(name, FontWords) ? null
                    : IsOther(path, name) ? EvidenceKind.Other
                    : path.EndsWith("debian/copyright", StringComparison.Ordinal) ? EvidenceKind.DebianCopyright
                    : name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase) ? EvidenceKind.Notice
                    : EvidenceKind.LicenseText;
            default:
                return name.EndsWith(ReuseLicenses.Ending, StringComparison.Ordinal) ? null
                    : name is "METADATA" or "PKG-INFO" ? EvidenceKind.CoreMetadata
                    : name is "pyproject.toml" ? EvidenceKind.PyProject
                    : name is "setup.cfg" ? EvidenceKind.SetupCfg
                    : name.StartsWith("README", StringComparison.OrdinalIgnoreCase) ? EvidenceKind.Readme
                    : null;
        }
    }

    // "LICENSE.license" speaks of the text LICENSE, and not of the code.
    private static bool OfReuse(ReadOnlySpan<char> name, out EvidenceKind? kind)
    {
        kind = name is "REUSE.toml" ? EvidenceKind.ReuseToml
            : name is "dep5" ? EvidenceKind.ReuseDep5
            : name.EndsWith(".py" + ReuseLicenses.Ending, StringComparison.Ordinal) ? EvidenceKind.FileLicense
            : null;
        return kind is not null || name.EndsWith(ReuseLicenses.Ending, StringComparison.Ordinal);
    }

    /// <summary>Whether a path is that of a text in REUSE's folder of texts, which says that a licence is used, and not for what.</summary>
    public static bool IsInTexts(string path) =>
        path.StartsWith("LICENSES/", StringComparison.Ordinal) || path.Contains("/LICENSES/", StringComparison.Ordinal);

    // Words in a licence file's name, and endings of it, that say that it is about something else than the code.
    private static bool IsOther(string path, ReadOnlySpan<char> name)
    {
        if (HasAny(name, OtherWords))
        {
            return true;
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

    // Words in the names of licences of fonts, which are never those of Python code.
    private static readonly string[] FontWords = ["font", "dejavu", "ofl"];

    private static bool HasAny(ReadOnlySpan<char> name, string[] words)
    {
        foreach (string word in words)
        {
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static readonly HashSet<string> LicenseEndings = new(StringComparer.Ordinal)
    {
        "txt", "rst", "html", "htm", "markdown", "mkd", "text", "rtf", "pdf", "tex", "adoc", "asciidoc", "textile", "org", "doc", "mit",
        "bsd",
        "gpl", "lgpl", "agpl", "apache", "mpl", "psf", "isc", "zlib", "lesser", "library", "terms", "commercial", "additional",
        "addendum", "license",
        "epl", "edl", "cern", "main", "code", "source", "src",
    };

    /// <summary>
    /// The folder that evidence is about: its own, but for folders that hold nothing else (X.dist-info, debian, LICENSES, .reuse)
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
                || name.EndsWith(".egg-info/PKG-INFO", StringComparison.Ordinal) || name is "EGG-INFO" or "debian" or ".reuse"
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
