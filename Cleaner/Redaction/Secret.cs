namespace DataForge.Cleaner.Redaction;

/// <summary>What is replaced in texts.</summary>
internal enum SecretKind
{
    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A public IP address.</summary>
    IpAddress,

    /// <summary>A key or token of known form, or a private key.</summary>
    Key,

    /// <summary>A password, or a random value that is assigned to the name of a secret.</summary>
    Password,
}

/// <summary>A range of a text, in bytes, and what it holds.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte after its last one.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="OnlyInComment">Whether it is a secret only if it is in a comment.</param>
internal readonly record struct Secret(int Start, int End, SecretKind Kind, bool OnlyInComment = false);

/// <summary>What replaces secrets: one text for each kind, harmless in any string or comment.</summary>
internal static class Placeholders
{
    private static readonly byte[][] Texts =
    [
        "<EMAIL>"u8.ToArray(), "<IP_ADDRESS>"u8.ToArray(), "<KEY>"u8.ToArray(), "<PASSWORD>"u8.ToArray(),
    ];

    /// <summary>The placeholder of a kind; those of StarCoder (https://arxiv.org/abs/2305.06161, section 4).</summary>
    public static byte[] Of(SecretKind kind) => Texts[(int)kind];

    /// <summary>The name of a kind in counts.</summary>
    public static string Name(SecretKind kind) => kind switch
    {
        SecretKind.Email => "email",
        SecretKind.IpAddress => "ip_address",
        SecretKind.Key => "key",
        _ => "password",
    };
}
