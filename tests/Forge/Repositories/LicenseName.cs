namespace DataForge.Forge.Repositories;

/// <summary>A licence as GitHub names it.</summary>
/// <param name="Key">GitHub's key.</param>
/// <param name="Name">Its full name.</param>
/// <param name="SpdxId">Its SPDX id, or <c>NOASSERTION</c>.</param>
public sealed record LicenseName(string Key, string Name, string SpdxId)
{
    private static readonly LicenseName[] Known =
    [
        new("mit", "MIT License", "MIT"),
        new("apache-2.0", "Apache License 2.0", "Apache-2.0"),
        new("bsd-3-clause", "BSD 3-Clause \"New\" or \"Revised\" License", "BSD-3-Clause"),
        new("isc", "ISC License", "ISC"),
        new("gpl-3.0", "GNU General Public License v3.0", "GPL-3.0"),
        new("other", "Other", "NOASSERTION"),
    ];

    /// <summary>The licence with a key; an unknown key is <c>other</c>.</summary>
    public static LicenseName Of(string key) => Array.Find(Known, license => license.Key == key) ?? Known[^1];
}
