using System.Buffers;
using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Redaction;

/// <summary>Distinguishes random values, such as generated passwords, from words, names and examples.</summary>
internal static class RandomValue
{
    // A value of n characters has log2(n) bits of entropy per character at most, so that short values need a lower limit. 8 characters, one
    // of them twice, have 2.75. From 16 characters on the limit is that of detect-secrets for hexadecimal values
    // (https://github.com/Yelp/detect-secrets, HexHighEntropyString): 16 random hexadecimal digits have 3.3 on average, and words repeat
    // letters more often.
    private const double MinEntropyOfShort = 2.75;
    private const double MinEntropyOfLong = 3.0;
    private const int LongValue = 16;

    // What examples and placeholders hold.
    private static readonly byte[][] Samples =
    [
        .. new[]
        {
            "password", "passwd", "secret", "example", "changeme", "change-me", "change_me", "placeholder", "xxxx", "****", "....",
            "dummy", "sample", "insert", "replace", "<", ">", "{", "}", "$(", "${", "%(", "%s", "abc123", "redacted",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    // How many bits fewer a value may take as words and still be no word. Of passwords of 10 letters and digits 99 of 100 take more; of
    // the literals in Python's packages that are no hexadecimal numbers 5 of 100 do.
    private const double LeastExcess = -4;

    // The same for what begins like a path.
    private const double LeastExcessOfPath = 0;

    // The same, in words so short that long random values hold them too.
    private static readonly byte[][] ShortSamples =
        [.. new[] { "your", "todo", "fake", "test", "foo" }.Select(Encoding.ASCII.GetBytes)];

    // What no value made of words takes.
    private const double LeastExcessOfRandom = 20;

    /// <summary>
    /// Whether a value is random rather than made of words: letters and digits, or letters of both cases, no white space, enough entropy
    /// (https://en.wikipedia.org/wiki/Entropy_(information_theory)), no UUID (RFC 9562), no path, no dotted name.
    /// </summary>
    public static bool IsRandom(ReadOnlySpan<byte> value)
    {
        int digits = 0;
        int upper = 0;
        int lower = 0;
        int other = 0;
        foreach (byte b in value)
        {
            if (b <= ' ' || b >= 0x7F || b == '\\')
            {
                return false;
            }

            char c = (char)b;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            upper += char.IsAsciiLetterUpper(c) ? 1 : 0;
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
            other += char.IsAsciiLetterOrDigit(c) ? 0 : 1;
        }

        bool isMixed = digits > 0 && upper + lower > 0;
        bool isPlain = value.IndexOf("://"u8) >= 0 || value.IndexOf(".py"u8) >= 0 || value[0] is (byte)'.' or (byte)'~';
        bool isOneCase = !isMixed && (upper == 0 || lower == 0);
        if (isOneCase || isPlain || IsUuid(value) || IsAddress(value) || IsSample(value) || !HasEntropy(value))
        {
            return false;
        }

        if (value[0] == '/')
        {
            return WordCost.Excess(value) > LeastExcessOfPath;
        }

        bool isWords = other > 0 && digits <= 2 && value.IndexOfAny("_.-/: "u8) >= 0 && (upper == 0 || lower == 0);
        return (isMixed && !isWords && !IsNumberedWords(value)) || IsUnlikely(value);
    }

    /// <summary>Whether a value that is given to the name of a secret is one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="takesUuid">Whether a UUID is a secret (<see cref="SecretName.TakesUuid"/>).</param>
    public static bool IsSecret(ReadOnlySpan<byte> value, bool takesUuid) => IsUuid(value) ? takesUuid : IsRandom(value);

    /// <summary>The same where less speaks for it: without quotes, or as an argument of a call.</summary>
    /// <param name="value">The value.</param>
    /// <param name="takesUuid">Whether a UUID is a secret.</param>
    public static bool IsGenerated(ReadOnlySpan<byte> value, bool takesUuid) =>
        IsSecret(value, takesUuid) && (IsAlternating(value) || IsUnlikely(value));

    // Whether a value takes so many bits as words that it is none.
    private static bool IsUnlikely(ReadOnlySpan<byte> value) => WordCost.Excess(value) > LeastExcess;

    /// <summary>Whether a value has the form of a UUID (RFC 9562).</summary>
    /// <param name="value">The value.</param>
    public static bool IsUuid(ReadOnlySpan<byte> value)
    {
        if (value.Length != 36 || value[8] != '-' || value[13] != '-' || value[18] != '-' || value[23] != '-')
        {
            return false;
        }

        foreach (byte b in value)
        {
            if (b != '-' && !char.IsAsciiHexDigit((char)b))
            {
                return false;
            }
        }

        return true;
    }

    // An account or a contract of a blockchain: twenty bytes in hexadecimal, which are public.
    private static bool IsAddress(ReadOnlySpan<byte> value) => value.Length == 42 && value.StartsWith("0x"u8);

    // Words and numbers with signs between them: "mT5-small-sp100k", "ERR_4013_X9". Each part changes from letters to digits once or twice;
    // parts of generated values change more often or are longer.
    private static bool IsNumberedWords(ReadOnlySpan<byte> value)
    {
        const int MaxPart = 12;
        const int MaxChanges = 2;
        int parts = 0;
        while (!value.IsEmpty)
        {
            int length = value.IndexOfAny("_-./:"u8);
            ReadOnlySpan<byte> part = length < 0 ? value : value[..length];
            int changes = 0;
            for (int i = 1; i < part.Length; i++)
            {
                changes += char.IsAsciiDigit((char)part[i]) != char.IsAsciiDigit((char)part[i - 1]) ? 1 : 0;
            }

            if (part.Length > MaxPart || changes > MaxChanges || part.IndexOfAnyExcept(Word) >= 0)
            {
                return false;
            }

            parts++;
            value = length < 0 ? [] : value[(length + 1)..];
        }

        return parts >= 2;
    }

    private static readonly SearchValues<byte> Word = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);

    private static bool HasEntropy(ReadOnlySpan<byte> value) =>
        Entropy(value) >= (value.Length >= LongValue ? MinEntropyOfLong : MinEntropyOfShort);

    // Shannon entropy of the characters' frequencies, in bits per character.
    private static double Entropy(ReadOnlySpan<byte> value)
    {
        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (byte b in value)
        {
            counts[b & 0x7F]++;
        }

        double entropy = 0;
        foreach (int count in counts)
        {
            if (count > 0)
            {
                double share = (double)count / value.Length;
                entropy -= share * Math.Log2(share);
            }
        }

        return entropy;
    }

    /// <summary>Whether a value is an example or a placeholder, as documentation has them.</summary>
    /// <param name="value">The value.</param>
    public static bool IsSample(ReadOnlySpan<byte> value) =>
        HoldsOneOf(value, Samples) || (HoldsOneOf(value, ShortSamples) && WordCost.Excess(value) < LeastExcessOfRandom);

    private static bool HoldsOneOf(ReadOnlySpan<byte> value, byte[][] words)
    {
        foreach (byte[] word in words)
        {
            if (CopyrightLine.IndexOfIgnoreCase(value, word) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether letters and digits alternate often, as in generated values and unlike in names with a number (<c>utf8mb4x</c>,
    /// <c>AccessTokenV2</c>, <c>Iso8601Date</c>). In quotes a value was meant as a value; without quotes it may be any word.
    /// </summary>
    public static bool IsAlternating(ReadOnlySpan<byte> value)
    {
        int digits = 0;
        int changes = 0;
        bool hasUpper = false;
        bool hasLower = false;
        for (int i = 0; i < value.Length; i++)
        {
            bool isDigit = char.IsAsciiDigit((char)value[i]);
            digits += isDigit ? 1 : 0;
            changes += i > 0 && isDigit != char.IsAsciiDigit((char)value[i - 1]) ? 1 : 0;
            hasUpper |= char.IsAsciiLetterUpper((char)value[i]);
            hasLower |= char.IsAsciiLetterLower((char)value[i]);
        }

        return changes >= 3 && (digits >= 3 || (digits == 2 && hasUpper && hasLower));
    }
}
