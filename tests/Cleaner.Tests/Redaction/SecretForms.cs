using System.Text;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>Random values of vendors' public key forms (<c>secret-forms.tsv</c>), and of no vendor.</summary>
internal static class SecretForms
{
    private const string Small = "abcdefghijklmnopqrstuvwxyz";
    private const string Capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Hexadecimal = "0123456789abcdef";
    private const string Signs = "!#&*+-=?^_~.";

    private static readonly int[] HexLengths = [32, 40, 64];

    /// <summary>All forms: the vendor, whether its name stands beside it, the form.</summary>
    public static (string Vendor, bool IsNamed, string Form)[] All { get; } =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Redaction", "secret-forms.tsv"))
            .Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).Select(cells => (cells[0], cells[1] == "named",
                cells[2])),
    ];

    /// <summary>A random value of a form.</summary>
    public static string Expand(Random random, string form)
    {
        var value = new StringBuilder();
        int at = 0;
        for (int open = form.IndexOf('{'); open >= 0; open = form.IndexOf('{', at))
        {
            int close = form.IndexOf('}', open);
            string[] part = form[(open + 1)..close].Split(':');
            value.Append(form, at, open - at).Append(part[0] == "u" ? Uuid(random) : Of(random, SignsOf(part[0]), int.Parse(part[1])));
            at = close + 1;
        }

        return value.Append(form, at, form.Length - at).ToString();
    }

    /// <summary>A random password: letters, digits and mostly some signs.</summary>
    public static string Password(Random random)
    {
        string letters = Small + Capital + Digits;
        int length = random.Next(10, 25);
        return random.Next(3) == 0
            ? Of(random, letters, length)
            : Of(random, letters, length / 2) + Of(random, Signs, 1) + Of(random, Digits, 2) + Of(random, letters, length - (length / 2));
    }

    /// <summary>A random key of no vendor: hexadecimal, letters and digits, base 64 or a UUID.</summary>
    public static string Key(Random random) => random.Next(5) switch
    {
        0 => Of(random, Hexadecimal, HexLengths[random.Next(HexLengths.Length)]),
        1 => Uuid(random),
        2 => Convert.ToBase64String(Bytes(random, random.Next(18, 49))),
        3 => Of(random, Small + Digits, random.Next(24, 49)),
        _ => Of(random, Small + Capital + Digits, random.Next(20, 65)),
    };

    /// <summary>Random hexadecimal digits.</summary>
    public static string Hex(Random random, int length) => Of(random, Hexadecimal, length);

    /// <summary>A random UUID of version 4.</summary>
    public static string Uuid(Random random)
    {
        string hex = Hex(random, 32);
        return $"{hex[..8]}-{hex[8..12]}-4{hex[13..16]}-a{hex[17..20]}-{hex[20..]}";
    }

    /// <summary>Random bytes.</summary>
    public static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Of(Random random, string signs, int length) =>
        string.Create(length, (random, signs), static (span, state) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = state.signs[state.random.Next(state.signs.Length)];
            }
        });

    private static string SignsOf(string kind) => kind switch
    {
        "A" => Small + Capital + Digits,
        "a" => Small + Digits,
        "U" => Capital + Digits,
        "h" => Hexadecimal,
        "k" => Capital + "234567",
        "l" => Small + Capital,
        "d" => Digits,
        "w" => Small + Capital + Digits + "_-",
        "b" => Small + Capital + Digits + "+/",
        "e" => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
        _ => throw new InvalidDataException($"'{kind}' is no kind of signs"),
    };
}
