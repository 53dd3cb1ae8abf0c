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

                return path.EndsWith("debian/copyright", StringComparison.Ordinal) ? EvidenceKind.DebianCopyright
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
