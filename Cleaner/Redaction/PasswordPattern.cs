using System.Buffers;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Redaction;

/// <summary>Passwords in URLs, and random values given to names that speak of a secret.</summary>
internal static class PasswordPattern
{
    private const int MaxName = 60;
    private const int MaxValue = 512;
    private const int ShortestValue = 8;
    private const int MaxCommentBefore = 400;
    private static readonly SearchValues<byte> ValueEnds = SearchValues.Create(" \t\n\"'`()[]{}<>,;|\\"u8);

    // What a name of a secret holds, and how a name ends that only speaks about one.
    private static readonly byte[][] SecretWords = Words(
        "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "access_key", "accesskey", "auth_key",
        "authkey", "private_key", "privatekey", "credential", "signing_key", "encryption_key", "client_key", "consumer_key", "api key",
        "access key", "auth key", "private key", "signing key", "encryption key");
    private static readonly byte[][][] SecretWordsByFirst =
        [.. Enumerable.Range(0, 256).Select(first => SecretWords.Where(word => word[0] == first).ToArray())];
    private static readonly byte[][] OtherEndings = Words(
        "_hash", "_name", "_type", "_file", "_path", "_url", "_uri", "_field", "_header", "_prefix", "_suffix", "_regex", "_pattern",
        "_length", "_size", "_label", "_id", "_endpoint", "_class", "_format", "_env", "_var", "_re", "_kind", "_key_name", "_message",
        "_error", "_help", "_text", "_title", "_template", "_param", "_attr", "_index", "_count", "_arn");
    private static readonly byte[][] Samples = Words(
        "password", "passwd", "secret", "example", "changeme", "change-me", "change_me", "placeholder", "your", "xxxx", "****", "....",
        "todo", "dummy", "fake", "sample", "insert", "replace", "<", ">", "{", "}", "$(", "${", "%(", "%s", "test", "foo", "abc123",
        "redacted", "django-insecure");

    /// <summary>The password of a URL whose "://" begins here: <c>scheme://user:password@host</c>; null where there is none.</summary>
    public static Secret? InUrl(ReadOnlySpan<byte> text, int colon)
    {
        int start = colon + 3;
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + MaxValue)];
        int end = rest.IndexOfAny(" \t\n\"'/?#<>`\\"u8);
        rest = end < 0 ? rest : rest[..end];
        int at = rest.LastIndexOf((byte)'@');
        int user = at < 0 ? -1 : rest[..at].IndexOf((byte)':');
        if (user < 0 || at - user - 1 < 3)
        {
            return null;
        }

        ReadOnlySpan<byte> password = rest[(user + 1)..at];
        return IsSample(password)
            || password.SequenceEqual(rest[..user])
            || CopyrightLine.StartsWithIgnoreCase(password, "pass"u8) && password.Length <= 6
            || CopyrightLine.StartsWithIgnoreCase(password, "pw"u8) && password.Length <= 4
            ? null
            : new Secret(start + user + 1, start + at, SecretKind.Password);
    }

    /// <summary>
    /// The value of an assignment whose '=' or ':' stands here: <c>name = "value"</c>, <c>name: str = "value"</c>, <c>"name": "value"</c>,
    /// <c>f(name="value")</c>; null where the name speaks of no secret or the value is not random.
    /// </summary>
    public static Secret? InAssignment(ReadOnlySpan<byte> text, int sign)
    {
        int quote = sign + 1;
        while (quote < text.Length && text[quote] is (byte)' ' or (byte)'\t')
        {
            quote++;
        }

        // A prefix of the string: b, r, u, f.
        quote += quote + 1 < text.Length && char.IsAsciiLetter((char)text[quote]) && text[quote + 1] is (byte)'"' or (byte)'\'' ? 1 : 0;
        if (quote >= text.Length || text[quote] is not ((byte)'"' or (byte)'\'') || !IsSecretName(NameBefore(text, sign)))
        {
            return null;
        }

        ReadOnlySpan<byte> rest = text[(quote + 1)..Math.Min(text.Length, quote + 1 + MaxValue)];
        int length = rest.IndexOfAny(text[quote], (byte)'\n');
        return length >= ShortestValue && rest[length] == text[quote] && IsRandom(rest[..length])
            ? new Secret(quote + 1, quote + 1 + length, SecretKind.Password)
            : null;
    }

    /// <summary>
    /// The value that a comment gives without quotes, whose ':' or '=' stands here: <c># password: value</c>; null where the name
    /// speaks of no secret or the value does not look typed by a generator. The lexer must say that it is a comment.
    /// </summary>
    public static Secret? InComment(ReadOnlySpan<byte> text, int sign)
    {
        int start = sign + 1;
        while (start < text.Length && text[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }

        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + MaxValue)];
        int length = rest.IndexOfAny(ValueEnds);
        length = length < 0 ? rest.Length : length;
        if (length < ShortestValue || (length < rest.Length && rest[length] is (byte)'(' or (byte)'[' or (byte)'{' or (byte)'<'))
        {
            return null;
        }

        ReadOnlySpan<byte> before = text[Math.Max(0, sign - MaxCommentBefore)..sign];
        before = before[(before.LastIndexOf((byte)'\n') + 1)..];
        ReadOnlySpan<byte> value = rest[..length].TrimEnd(".:"u8);
        return before.Contains((byte)'#')
            && value.Length >= ShortestValue
            && IsSecretName(NameInComment(text, sign))
            && IsRandom(value)
            && IsMingled(value)
            ? new Secret(start, start + value.Length, SecretKind.Password, OnlyInComment: true)
            : null;
    }

    // "API key", in prose, is one name.
    private static ReadOnlySpan<byte> NameInComment(ReadOnlySpan<byte> text, int sign)
    {
        ReadOnlySpan<byte> name = NameBefore(text, sign);
        int end = text[..sign].TrimEnd(" \t"u8).Length;
        int first = end - name.Length - 1;
        return CopyrightLine.StartsWithIgnoreCase(name, "key"u8) && first > 0 && text[first] == ' '
            ? text[(first - NameBefore(text, first).Length)..end]
            : name;
    }

    /// <summary>
    /// Whether letters and digits change often, as in what a generator gives out: names with a number in them (<c>utf8mb4x</c>,
    /// <c>AccessTokenV2</c>, <c>Iso8601Date</c>) are none. In quotes a value was meant as one; without them it may be any word.
    /// </summary>
    private static bool IsMingled(ReadOnlySpan<byte> value)
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

    private static ReadOnlySpan<byte> NameBefore(ReadOnlySpan<byte> text, int sign)
    {
        int end = sign;
        while (end > 0 && text[end - 1] is (byte)' ' or (byte)'\t')
        {
            end--;
        }

        // "name: str =": the annotation lies between.
        int colon = text[Math.Max(0, end - 24)..end].LastIndexOf((byte)':');
        if (text[sign] == '='
            && colon >= 0
            && text.Slice(Math.Max(0, end - 24) + colon + 1, end - Math.Max(0, end - 24) - colon - 1)
                .IndexOfAnyExcept(" strbyeOpinalFU[]|Noe."u8) < 0)
        {
            end = Math.Max(0, end - 24) + colon;
        }

        if (end > 0 && text[end - 1] is (byte)'"' or (byte)'\'')
        {
            end--;
        }
        else if (end > 1 && text[end - 1] == ']' && text[end - 2] is (byte)'"' or (byte)'\'')
        {
            // settings["SECRET_KEY"] = "…"
            end -= 2;
        }

        int start = end;
        while (start > 0
            && end - start < MaxName
            && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || text[start - 1] is (byte)'_' or (byte)'-' || text[start - 1] >= 0x80))
        {
            start--;
        }

        return text[start..end];
    }

    private static bool IsSecretName(ReadOnlySpan<byte> name)
    {
        if (name.Length < 3)
        {
            return false;
        }

        if (!SpeaksOfSecret(name) || CopyrightLine.IndexOfIgnoreCase(name, "public"u8) >= 0)
        {
            return false;
        }

        foreach (byte[] ending in OtherEndings)
        {
            if (name.Length > ending.Length && CopyrightLine.StartsWithIgnoreCase(name[^ending.Length..], ending)
                && !CopyrightLine.StartsWithIgnoreCase(name[^Math.Min(name.Length, 13)..], "access_key_id"u8))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SpeaksOfSecret(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i + 3 <= name.Length; i++)
        {
            foreach (byte[] word in SecretWordsByFirst[name[i] | 0x20])
            {
                if (CopyrightLine.StartsWithIgnoreCase(name[i..], word))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a value is random rather than made of words: letters of both cases or letters and digits, no white space, at least 3
    /// bits of entropy a character (https://en.wikipedia.org/wiki/Entropy_(information_theory)), no UUID (RFC 9562), no path, no dotted
    /// name.
    /// </summary>
    private static bool IsRandom(ReadOnlySpan<byte> value)
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
        bool isUuid = value.Length == 36 && value[8] == '-' && value[13] == '-' && value[18] == '-' && value[23] == '-';
        bool isPath = value.IndexOf("://"u8) >= 0 || value[0] is (byte)'/' or (byte)'.' or (byte)'~' || value.IndexOf(".py"u8) >= 0;
        bool isWords = other > 0 && digits <= 2 && value.IndexOfAny("_.-/: "u8) >= 0 && (upper == 0 || lower == 0);
        return isMixed && !isUuid && !isPath && !isWords && !IsSample(value) && Entropy(value) >= (value.Length >= 16 ? 3.0 : 2.75);
    }

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

    private static bool IsSample(ReadOnlySpan<byte> value)
    {
        foreach (byte[] sample in Samples)
        {
            if (CopyrightLine.IndexOfIgnoreCase(value, sample) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static byte[][] Words(params string[] words) => [.. words.Select(System.Text.Encoding.ASCII.GetBytes)];
}
