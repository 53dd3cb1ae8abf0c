namespace DataForge.Cleaner.Redaction;

/// <summary>What is taken out of texts.</summary>
internal enum SecretKind
{
    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A public IP address.</summary>
    IpAddress,

    /// <summary>A key or token of known form, or a private key.</summary>
    Key,

    /// <summary>A password, or a random value given to a name that speaks of one.</summary>
    Password,
}

/// <summary>A stretch of a text, in bytes, and what it holds.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">One behind its last byte.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="OnlyInComment">Whether it is none where it does not stand in a comment.</param>
internal readonly record struct Secret(int Start, int End, SecretKind Kind, bool OnlyInComment = false);

/// <summary>What stands in the place of secrets: the same for the same kind everywhere, harmless in any string or comment.</summary>
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
