namespace DataForge.Corpus;

/// <summary>
/// What a licence requires of those who distribute the file. The order is the order of preference among occurrences of one content.
/// </summary>
public enum LicenseClass
{
    /// <summary>The notice must be kept, and little else (MIT, BSD, Apache-2.0).</summary>
    Permissive = 0,

    /// <summary>No rights are reserved (CC0-1.0, Unlicense).</summary>
    PublicDomain = 1,

    /// <summary>Changes to the file itself remain under its licence (LGPL, MPL-2.0).</summary>
    WeakCopyleft = 2,

    /// <summary>Works that contain it remain under its licence (GPL, AGPL).</summary>
    StrongCopyleft = 3,

    /// <summary>A licence text or name was found that is unknown, or that restricts use.</summary>
    Unknown = 4,

    /// <summary>No licence was found: all rights reserved.</summary>
    None = 5,
}

/// <summary>The names of licence classes in files and options.</summary>
public static class LicenseClasses
{
    private static readonly string[] Names = ["permissive", "public-domain", "weak-copyleft", "strong-copyleft", "unknown", "none"];

    /// <summary>The class's name in files and options, such as <c>public-domain</c>.</summary>
    public static string Name(this LicenseClass value) => Names[(int)value];

    /// <summary>Reads a class's name.</summary>
    /// <exception cref="FormatException">No class has this name.</exception>
    public static LicenseClass Parse(string name)
    {
        int index = Array.IndexOf(Names, name);
        return index >= 0
            ? (LicenseClass)index
            : throw new FormatException($"'{name}' is no licence class; the classes are {string.Join(", ", Names)}.");
    }
}
