using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>The SPDX licence texts that the generators start from.</summary>
internal static class GeneratorTexts
{
    private const int Longest = 20_000;

    private static readonly string[] CommonIds =
        ["MIT", "BSD-3-Clause", "BSD-2-Clause", "Apache-2.0", "ISC", "PSF-2.0", "Zlib", "BSL-1.0", "HPND", "0BSD", "NCSA", "Python-2.0",
            "ZPL-2.1"];

    private static readonly string[] RestrictingIds =
        ["CC-BY-NC", "CC-BY-ND", "BUSL", "Elastic", "SSPL", "PolyForm", "Parity", "Hippocratic", "NPOSL", "RPL", "Aladdin", "FSL"];

    private static readonly (string Id, string Text)[] Texts =
    [
        .. LicenseTemplates.ReadTexts()
            .Where(entry => entry.Text.Length <= Longest || entry.Ids[0].Contains("GPL", StringComparison.Ordinal))
            .Select(entry => (entry.Ids[0], Encoding.UTF8.GetString(entry.Text).Trim() + "\n")),
    ];

    /// <summary>The texts of permissive licences, but for the longest.</summary>
    public static (string Id, string Text)[] Permissive { get; } = OfClasses(LicenseClass.Permissive);

    /// <summary>The texts of all licences whose class is known, but for the longest.</summary>
    public static (string Id, string Text)[] Known { get; } =
        OfClasses(LicenseClass.Permissive, LicenseClass.PublicDomain, LicenseClass.WeakCopyleft, LicenseClass.StrongCopyleft);

    /// <summary>The texts of licences that restrict: copyleft ones, and those for some uses or users only.</summary>
    public static (string Id, string Text)[] Restricting { get; } =
    [
        .. Texts.Where(entry => SpdxExpression.ClassOf(entry.Id) is LicenseClass.WeakCopyleft or LicenseClass.StrongCopyleft
            || RestrictingIds.Any(id => entry.Id.StartsWith(id, StringComparison.Ordinal))),
    ];

    /// <summary>A permissive licence: a common one half of the time.</summary>
    public static (string Id, string Text) AnyPermissive(Random random)
    {
        string common = CommonIds[random.Next(CommonIds.Length)];
        int index = Array.FindIndex(Permissive, entry => entry.Id == common);
        return random.Next(2) == 0 && index >= 0 ? Permissive[index] : Permissive[random.Next(Permissive.Length)];
    }

    /// <summary>What people call a licence.</summary>
    public static string NameOf(string id) => id switch
    {
        "MIT" => "MIT License",
        "BSD-3-Clause" => "3-clause BSD license",
        "BSD-2-Clause" => "Simplified BSD License",
        "Apache-2.0" => "Apache License, Version 2.0",
        "ISC" => "ISC license",
        "PSF-2.0" or "Python-2.0" => "Python Software Foundation License",
        "Zlib" => "zlib license",
        "BSL-1.0" => "Boost Software License 1.0",
        _ => id + " license",
    };

    private static (string Id, string Text)[] OfClasses(params LicenseClass[] classes) =>
        [.. Texts.Where(entry => classes.Contains(SpdxExpression.ClassOf(entry.Id)))];
}
