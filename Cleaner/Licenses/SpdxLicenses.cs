using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// The SPDX licence list (https://spdx.org/licenses/) with the class of each licence, as built by <c>tool/build-index.mjs</c>;
/// <c>docs/rules.md</c> says where the classes come from.
/// </summary>
public static class SpdxLicenses
{
    /// <summary>What a licence is called that was found but is none of the known ones, or that a restriction was added to.</summary>
    public const string Unknown = "LicenseRef-unknown";

    /// <summary>A BSD licence of which it is not said whether it has two or three clauses; both are permissive.</summary>
    public const string Bsd = "LicenseRef-BSD";

    /// <summary>A statement that something is in the public domain, without a text that SPDX lists.</summary>
    public const string PublicDomain = "LicenseRef-public-domain";

    private static readonly Dictionary<string, (string Id, LicenseClass Class, string Name)> Known = Load();

    /// <summary>Every id of the list, in ordinal order.</summary>
    public static IEnumerable<(string Id, LicenseClass Class, string Name)> All => Known.Values;

    /// <summary>The id as SPDX writes it, whatever its case; null where SPDX has none of this name.</summary>
    public static string? Find(string id) => Known.TryGetValue(id, out var found) ? found.Id : null;

    /// <summary>The class of one licence; <see cref="LicenseClass.Unknown"/> where it is none of the known ones.</summary>
    public static LicenseClass ClassOf(string id) =>
        Known.TryGetValue(id.EndsWith('+') && !Known.ContainsKey(id) ? id[..^1] : id, out var found) ? found.Class
        : id == Bsd ? LicenseClass.Permissive
        : id == PublicDomain ? LicenseClass.PublicDomain
        : LicenseClass.Unknown;

    private static Dictionary<string, (string, LicenseClass, string)> Load()
    {
        var known = new Dictionary<string, (string, LicenseClass, string)>(StringComparer.OrdinalIgnoreCase);
        using var reader = new StreamReader(typeof(SpdxLicenses).Assembly.GetManifestResourceStream("classes.tsv")!);
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split('\t');
            known[cells[0]] = (cells[0], LicenseClasses.Parse(cells[1]), cells[2]);
        }

        return known;
    }
}
