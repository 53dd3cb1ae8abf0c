using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Which licence covers which file of one repository's snapshot. Evidence speaks for everything below its folder, and the nearest folder with
/// evidence wins. Within a folder a Debian paragraph that names the file wins, then the licence texts (all of them together), then what else there
/// is in the order of <see cref="EvidenceKind"/>. The forge's word counts only where no file says anything.
/// </summary>
public sealed class RepositoryLicenses
{
    private readonly Dictionary<string, List<(string Path, Evidence Evidence)>> _byFolder = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResolvedLicense?> _resolved = new(StringComparer.Ordinal);
    private readonly ResolvedLicense _forge;
    private readonly bool _hasDebianFiles;

    /// <param name="forgeLicense">What the forge or source says; null where it says nothing.</param>
    /// <param name="evidence">Paths with what their blobs say.</param>
    public RepositoryLicenses(string? forgeLicense, IEnumerable<(string Path, Evidence Evidence)> evidence)
    {
        foreach ((string path, Evidence found) in evidence.OrderBy(item => item.Path, StringComparer.Ordinal))
        {
            if (found.Expression.Length > 0 || found.Files is { Count: > 0 })
            {
                string folder = EvidencePath.FolderOf(path);
                if (!_byFolder.TryGetValue(folder, out var list))
                {
                    _byFolder[folder] = list = [];
                }

                list.Add((path, found));
                _hasDebianFiles |= found.Files is not null;
            }
        }

        _forge = Forge(forgeLicense);
    }

    /// <summary>
    /// The licence of a file. Where the nearest evidence only says "BSD", one further up that says which BSD licence makes it precise.
    /// </summary>
    public ResolvedLicense Resolve(string path)
    {
        ResolvedLicense? vague = null;
        for (string folder = EvidencePath.Parent(path); ; folder = EvidencePath.Parent(folder))
        {
            if (_byFolder.TryGetValue(folder, out var evidence) && (OfDebianFile(evidence, folder, path) ?? OfFolder(evidence, folder, path)) is { } found
                && (vague is null || MakesPrecise(found.Expression, vague.Expression)))
            {
                if (found.Expression != SpdxLicenses.Bsd)
                {
                    return found;
                }

                vague ??= found;
            }

            if (folder.Length == 0)
            {
                return vague ?? _forge;
            }
        }
    }

    /// <summary>Whether one licence says which of those it is that another leaves open: "BSD" is made precise by BSD-3-Clause.</summary>
    public static bool MakesPrecise(string precise, string vague) =>
        vague == SpdxLicenses.Bsd && precise is "BSD-2-Clause" or "BSD-3-Clause";

    private ResolvedLicense? OfDebianFile(List<(string Path, Evidence Evidence)> evidence, string folder, string path)
    {
        if (!_hasDebianFiles)
        {
            return null;
        }

        string below = folder.Length == 0 ? path : path[(folder.Length + 1)..];
        foreach ((_, Evidence debian) in evidence.Where(item => item.Evidence.Files is not null))
        {
            // The paragraph for all files speaks for the package as any licence text does; a narrower one was written for this file.
            FilesParagraph[] narrow = [.. debian.Files!.Where(paragraph => !paragraph.Patterns.Contains("*"))];
            if (DebianCopyright.LicenseOf(narrow, below) is { } license)
            {
                return Resolved(license, $"debian/copyright@{debian.Blob}", debian.Copyright);
            }
        }

        return null;
    }

    private ResolvedLicense? OfFolder(List<(string Path, Evidence Evidence)> evidence, string folder, string path)
    {
        // Where several projects are installed side by side, each one's metadata speaks for its own packages.
        string[] projects = [.. evidence.Select(item => EvidencePath.ProjectOf(item.Path)).OfType<string>().Distinct(StringComparer.Ordinal)];
        string project = projects.Length > 1 ? Top(folder, path) : "";
        string key = folder + "\n" + project;
        if (!_resolved.TryGetValue(key, out ResolvedLicense? found))
        {
            IEnumerable<(string Path, Evidence Evidence)> own = project.Length == 0
                ? evidence
                : evidence.Where(item => EvidencePath.ProjectOf(item.Path) is not { } name || name == project);
            _resolved[key] = found = Combine([.. own]);
        }

        return found;
    }

    private static ResolvedLicense? Combine(List<(string Path, Evidence Evidence)> evidence)
    {
        var metadata = evidence.Where(item => item.Evidence.Kind is not (EvidenceKind.LicenseText or EvidenceKind.DebianCopyright or EvidenceKind.Notice))
            .OrderBy(item => item.Evidence.Kind).Select(item => item.Evidence.Expression);
        var texts = evidence.Where(item => item.Evidence.Kind == EvidenceKind.LicenseText && item.Evidence.Expression.Length > 0).ToList();
        if (texts.Count > 0)
        {
            string expression = Together(texts.Select(item => item.Evidence.Expression), metadata);
            return Resolved(
                expression, string.Join(" ", texts.Select(item => $"{item.Path}@{item.Evidence.Blob}")),
                [.. evidence.Where(item => item.Evidence.Kind is EvidenceKind.LicenseText or EvidenceKind.Notice).SelectMany(item => item.Evidence.Copyright).Distinct(StringComparer.Ordinal)]);
        }

        // A free-form Debian file may list the licences of a hundred parts; a package's own metadata is about the package.
        foreach ((string path, Evidence found) in evidence.OrderBy(item => Order(item.Evidence)).ThenBy(item => item.Path, StringComparer.Ordinal))
        {
            if (found.Expression.Length > 0)
            {
                string source = found.Kind == EvidenceKind.DebianCopyright ? $"debian/copyright@{found.Blob}"
                    : found.Kind is EvidenceKind.Notice ? $"{path}@{found.Blob}" : $"metadata:{path}";
                return Resolved(found.Expression, source, found.Copyright);
            }
        }

        return null;
    }

    private static int Order(Evidence evidence) => evidence is { Kind: EvidenceKind.DebianCopyright, Files: null } ? (int)EvidenceKind.SetupPy : (int)evidence.Kind;

    /// <summary>
    /// Several licence texts apply together, unless the package's metadata or README says how they relate; the LGPL is given by two texts, its own and the
    /// GPL's.
    /// </summary>
    private static string Together(IEnumerable<string> expressions, IEnumerable<string> metadata)
    {
        var parts = new SortedSet<string>(expressions, StringComparer.Ordinal);
        if (parts.Contains("LGPL-3.0-only"))
        {
            parts.Remove("GPL-3.0-only");
        }

        string all = SpdxExpression.And(parts);
        SortedSet<string> named = [.. SpdxExpression.Ids(all).Select(Base)];
        return parts.Count > 1 && metadata.FirstOrDefault(text => text.Contains(" OR ", StringComparison.Ordinal) && named.SetEquals(SpdxExpression.Ids(text).Select(Base))) is { } related
            ? related
            : all;
    }

    private static string Base(string id) => id.Replace("-only", "", StringComparison.Ordinal).Replace("-or-later", "", StringComparison.Ordinal).TrimEnd('+');

    private static string Top(string folder, string path)
    {
        string below = folder.Length == 0 ? path : path[(folder.Length + 1)..];
        int slash = below.IndexOf('/');
        return EvidencePath.Fold(slash < 0 ? (below.EndsWith(".py", StringComparison.Ordinal) ? below[..^3] : below) : below[..slash]);
    }

    private static ResolvedLicense Forge(string? license)
    {
        if (string.IsNullOrWhiteSpace(license))
        {
            return ResolvedLicense.None;
        }

        string expression = LicenseNames.ToSpdx(license) ?? SpdxLicenses.Unknown;
        return Resolved(expression, "forge", []);
    }

    private static ResolvedLicense Resolved(string expression, string source, IReadOnlyList<string> copyright) =>
        new(expression, SpdxExpression.ClassOf(expression), source, copyright);
}
