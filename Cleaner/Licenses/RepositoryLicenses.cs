using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Which licence covers which file of one repository's snapshot. Evidence is about everything below its folder, and the nearest folder
/// with evidence wins. Within a folder a Debian paragraph that names the file wins, then the licence texts (all of them
/// together), then what else there is in the order of <see cref="EvidenceKind"/>. What the forge says counts only where no file
/// says anything.
/// </summary>
public sealed class RepositoryLicenses
{
    private const string MetadataSource = "metadata:";
    private readonly Dictionary<string, EvidenceFolder> _byFolder = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Folder, string Project), ResolvedLicense?> _resolved = [];
    private readonly ReuseLicenses _reuse = new();
    private readonly ResolvedLicense _forge;

    /// <param name="forgeLicense">What the forge or source says; null where it says nothing.</param>
    /// <param name="evidence">Paths with what their blobs say.</param>
    public RepositoryLicenses(string? forgeLicense, IEnumerable<(string Path, Evidence Evidence)> evidence)
    {
        foreach ((string path, Evidence found) in IncludedText.Follow(evidence.OrderBy(item => item.Path, StringComparer.Ordinal)))
        {
            if (!_reuse.TryAdd(path, found) && (found.Expression.Length > 0 || found.Files is { Count: > 0 }))
            {
                string name = EvidencePath.FolderOf(path);
                if (!_byFolder.TryGetValue(name, out EvidenceFolder? folder))
                {
                    _byFolder[name] = folder = new EvidenceFolder();
                }

                folder.Add(path, found);
            }
        }

        _forge = Forge(forgeLicense);
    }

    /// <summary>
    /// The licence of a file. Where the nearest evidence only says "BSD", evidence further up that says which BSD licence it is decides.
    /// </summary>
    public ResolvedLicense Resolve(string path) =>
        (_reuse.IsEmpty ? null : _reuse.Resolve(path, above => OfFolders(path, above))) ?? OfFolders(path, above: null);

    // By the evidence in the folders of the path, below one or all.
    private ResolvedLicense OfFolders(string path, string? above)
    {
        ResolvedLicense? vague = null;
        for (string folder = EvidencePath.Parent(path); ; folder = EvidencePath.Parent(folder))
        {
            if (folder == above)
            {
                return vague ?? ResolvedLicense.None;
            }

            if (_byFolder.TryGetValue(folder, out EvidenceFolder? evidence)
                && (OfDebianFile(evidence, folder, path) ?? OfFolder(evidence, folder, path)) is { } found
                && (vague is null || MakesPrecise(found.Expression, vague.Expression)))
            {
                if (found.Expression != SpdxLicenses.Bsd)
                {
                    return WithTextAbove(found, folder, path, above);
                }

                vague ??= found;
            }

            if (folder.Length == 0)
            {
                return vague ?? _forge;
            }
        }
    }

    // A folder that has only metadata may be a package that was copied without its licence text and then changed. If a text further up
    // gives fewer rights, both hold.
    private ResolvedLicense WithTextAbove(ResolvedLicense found, string folder, string path, string? above)
    {
        while (found.Source.StartsWith(MetadataSource, StringComparison.Ordinal) && folder.Length > 0)
        {
            folder = EvidencePath.Parent(folder);
            if (folder == above)
            {
                break;
            }

            if (_byFolder.TryGetValue(folder, out EvidenceFolder? evidence) && OfFolder(evidence, folder, path) is { } text
                && !text.Source.StartsWith(MetadataSource, StringComparison.Ordinal))
            {
                return text.Class <= LicenseClass.PublicDomain
                    ? found
                    : Resolved(SpdxExpression.And([found.Expression, text.Expression]), $"{found.Source} {text.Source}", text.Copyright);
            }
        }

        return found;
    }

    /// <summary>Whether one licence makes another one precise, as BSD-3-Clause does "BSD".</summary>
    public static bool MakesPrecise(string precise, string vague) =>
        vague == SpdxLicenses.Bsd && precise is "BSD-2-Clause" or "BSD-3-Clause";

    private static ResolvedLicense? OfDebianFile(EvidenceFolder evidence, string folder, string path)
    {
        if (evidence.Debian.Count == 0)
        {
            return null;
        }

        string below = folder.Length == 0 ? path : path[(folder.Length + 1)..];
        foreach ((Evidence debian, FilesParagraph[] narrow) in evidence.Debian)
        {
            if (DebianCopyright.LicenseOf(narrow, below) is { } license)
            {
                return Resolved(license, $"debian/copyright@{debian.Blob}", debian.Copyright);
            }
        }

        return null;
    }

    private ResolvedLicense? OfFolder(EvidenceFolder evidence, string folder, string path)
    {
        // Where several projects are installed side by side, the metadata of each is about its own packages.
        string project = evidence.Projects.Count > 1 ? Top(folder, path) : "";
        if (!_resolved.TryGetValue((folder, project), out ResolvedLicense? found))
        {
            _resolved[(folder, project)] = found = Combine(
                [
                    .. evidence.Items
                        .Where(item => project.Length == 0 || item.Project is null || item.Project == project)
                        .Select(item => (item.Path, item.Evidence)),
                ]);
        }

        return found is null ? null : evidence.Scope(found, folder, path);
    }

    private static ResolvedLicense? Combine(List<(string Path, Evidence Evidence)> evidence)
    {
        var metadata = evidence.Where(
            item => item.Evidence.Kind is not (EvidenceKind.LicenseText or EvidenceKind.DebianCopyright or EvidenceKind.Notice
                or EvidenceKind.Other))
            .OrderBy(item => item.Evidence.Kind).Select(item => item.Evidence.Expression);
        var texts = evidence.Where(item => item.Evidence.Kind == EvidenceKind.LicenseText && item.Evidence.Expression.Length > 0).ToList();
        if (texts.Exists(item => !EvidencePath.IsInTexts(item.Path)))
        {
            texts.RemoveAll(item => EvidencePath.IsInTexts(item.Path));
        }
        else if (texts.Count > 1 && OfTexts(texts.Select(item => item.Evidence.Expression), metadata) is { } stated)
        {
            texts.RemoveAll(item => !Covers(stated, item.Evidence.Expression));
        }

        if (texts.Exists(item => !IsList(item.Path)))
        {
            // COPYRIGHT beside LICENSE says who, not what; LICENSES beside it lists the licences of others.
            texts.RemoveAll(item => IsList(item.Path));
        }

        if (texts.Exists(item => !IsOffer(item.Path)))
        {
            // A commercial licence beside another one is offered to those who do not want that one.
            texts.RemoveAll(item => IsOffer(item.Path));
        }

        if (texts.Count > 0)
        {
            string expression = Together(texts.Select(item => item.Evidence.Expression), metadata);
            return Resolved(
                expression, string.Join(" ", texts.Select(item => $"{item.Path}@{item.Evidence.Blob}")),
                [
                    .. evidence
                        .Where(item => item.Evidence.Kind is EvidenceKind.LicenseText or EvidenceKind.Notice)
                        .SelectMany(item => item.Evidence.Copyright)
                        .Distinct(StringComparer.Ordinal),
                ]);
        }

        // A free-form Debian file may list the licences of a hundred parts; a package's own metadata is about the package.
        var ordered = evidence.OrderBy(item => Order(item.Evidence)).ThenBy(item => item.Path, StringComparer.Ordinal);
        foreach ((string path, Evidence found) in ordered)
        {
            if (found.Expression.Length > 0)
            {
                string source = found.Kind == EvidenceKind.DebianCopyright ? $"debian/copyright@{found.Blob}"
                    : found.Kind is EvidenceKind.Notice or EvidenceKind.Other ? $"{path}@{found.Blob}" : MetadataSource + path;
                return Resolved(found.Expression, source, found.Copyright);
            }
        }

        return null;
    }

    // Of the texts in REUSE's folder, those that the metadata names are the project's own, where all that it names are there.
    private static string? OfTexts(IEnumerable<string> texts, IEnumerable<string> metadata)
    {
        SortedSet<string> known = [.. texts.SelectMany(SpdxExpression.Ids).Select(Base)];
        return metadata.FirstOrDefault(stated => stated.Length > 0 && SpdxExpression.Ids(stated).All(id => known.Contains(Base(id))));
    }

    private static bool Covers(string stated, string text)
    {
        string[] named = [.. SpdxExpression.Ids(stated).Select(Base)];
        return SpdxExpression.Ids(text).All(id => named.Contains(Base(id)));
    }

    private static bool IsOffer(string path) =>
        Path.GetFileName(path.AsSpan()).Contains("commercial", StringComparison.OrdinalIgnoreCase);

    private static bool IsList(string path)
    {
        ReadOnlySpan<char> name = Path.GetFileNameWithoutExtension(path.AsSpan());
        return name.Equals("COPYRIGHT", StringComparison.OrdinalIgnoreCase) || name.Equals("LICENSES", StringComparison.OrdinalIgnoreCase);
    }

    private static int Order(Evidence evidence) =>
        evidence is { Kind: EvidenceKind.DebianCopyright, Files: null } ? (int)EvidenceKind.SetupPy : (int)evidence.Kind;

    /// <summary>
    /// Several licence texts apply together, unless the package's metadata or README says how they relate; the LGPL consists of two
    /// texts, its own and the GPL's.
    /// </summary>
    private static string Together(IEnumerable<string> expressions, IEnumerable<string> metadata)
    {
        var parts = new SortedSet<string>(expressions, StringComparer.Ordinal);
        if (parts.Contains("LGPL-3.0-only"))
        {
            parts.Remove("GPL-3.0-only");
        }

        if (Choice(parts) is { } choice)
        {
            return choice;
        }

        string all = SpdxExpression.And(parts);
        SortedSet<string> named = [.. SpdxExpression.Ids(all).Select(Base)];
        return parts.Count > 1
            && metadata.FirstOrDefault(
                text => text.Contains(" OR ", StringComparison.Ordinal)
                    && named.SetEquals(SpdxExpression.Ids(text).Select(Base))) is { } related
            ? related
            : all;
    }

    /// <summary>
    /// The choice between the texts, where one of the files only offers it ("either of LICENSE.GPL and LICENSE.MIT"): it names all the
    /// others, and nothing else.
    /// </summary>
    private static string? Choice(SortedSet<string> parts)
    {
        foreach (string offer in parts.Where(part => part.Contains(" OR ", StringComparison.Ordinal)))
        {
            string[] named = [.. SpdxExpression.Ids(offer).Select(Family)];
            string[] others = [.. parts.Where(part => part != offer)];
            if (others.Length > 1 && others.All(part => named.Contains(Family(part)))
                && named.All(id => others.Any(part => Family(part) == id)))
            {
                return SpdxExpression.Or(others);
            }
        }

        return null;
    }

    /// <summary>Whether an expression names a licence of the family of each of these.</summary>
    public static bool Names(string expression, IEnumerable<string> ids)
    {
        string[] named = [.. SpdxExpression.Ids(expression).Select(Family)];
        return ids.All(id => named.Contains(Family(id)));
    }

    private static string Family(string id) => id.IndexOf('-') is > 0 and int dash ? id[..dash] : id;

    private static string Base(string id) =>
        id.Replace("-only", "", StringComparison.Ordinal).Replace("-or-later", "", StringComparison.Ordinal).TrimEnd('+');

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
