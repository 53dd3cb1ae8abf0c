using System.Buffers;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Redaction;

/// <summary>Passwords in URLs, and random values that are assigned to names of secrets.</summary>
internal static class PasswordPattern
{
    // Names, values and comments are longer only in generated code; the bounds keep the search linear.
    private const int MaxName = 60;
    private const int MaxValue = 512;
    private const int MaxCommentBefore = 400;

    // The least length of a password (NIST SP 800-63B, section 5.1.1.1).
    private const int MinValue = 8;
    private static readonly SearchValues<byte> ValueEnds = SearchValues.Create(" \t\n\"'`()[]{}<>,;|\\"u8);

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
        return RandomValue.IsSample(password)
            || password.SequenceEqual(rest[..user])
            || (CopyrightLine.StartsWithIgnoreCase(password, "pass"u8) && password.Length <= 6)
            || (CopyrightLine.StartsWithIgnoreCase(password, "pw"u8) && password.Length <= 4)
            ? null
            : new Secret(start + user + 1, start + at, SecretKind.Password);
    }

    /// <summary>
    /// The value of an assignment whose '=' or ':' stands here: <c>name = "value"</c>, <c>name: str = "value"</c>, <c>"name": "value"</c>,
    /// <c>f(name="value")</c>; null where the name is not one of a secret or the value is not random.
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
        if (quote >= text.Length || text[quote] is not ((byte)'"' or (byte)'\''))
        {
            return null;
        }

        ReadOnlySpan<byte> rest = text[(quote + 1)..Math.Min(text.Length, quote + 1 + MaxValue)];
        int length = rest.IndexOfAny(text[quote], (byte)'\n');

        // Most strings hold neither a digit nor a capital, and no random value is without: this is asked first, since it is the cheapest.
        return length >= MinValue
            && rest[length] == text[quote]
            && rest[..length].ContainsAnyInRange((byte)'0', (byte)'Z')
            && IsSecret(NameBefore(text, sign), rest[..length])
            ? new Secret(quote + 1, quote + 1 + length, SecretKind.Password)
            : null;
    }

    private static bool IsSecret(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        SecretName.Is(name) && RandomValue.IsSecret(value, SecretName.TakesUuid(name));

    /// <summary>
    /// The value that a comment gives without quotes, whose ':' or '=' is here: <c># password: value</c>; null where the name is not one
    /// of a secret or the value does not look generated. The lexer decides whether it is a comment.
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
        if (length < MinValue || (length < rest.Length && rest[length] is (byte)'(' or (byte)'[' or (byte)'{' or (byte)'<'))
        {
            return null;
        }

        ReadOnlySpan<byte> before = text[Math.Max(0, sign - MaxCommentBefore)..sign];
        before = before[(before.LastIndexOf((byte)'\n') + 1)..];
        ReadOnlySpan<byte> value = rest[..length].TrimEnd(".:"u8);
        return before.Contains((byte)'#')
            && value.Length >= MinValue
            && SecretName.Is(NameInComment(text, sign))
            && RandomValue.IsRandom(value)
            && RandomValue.IsAlternating(value)
            ? new Secret(start, start + value.Length, SecretKind.Password, OnlyInComment: true)
            : null;
    }

    // "API key" in prose is one name.
    private static ReadOnlySpan<byte> NameInComment(ReadOnlySpan<byte> text, int sign)
    {
        ReadOnlySpan<byte> name = NameBefore(text, sign);
        int end = text[..sign].TrimEnd(" \t"u8).Length;
        int first = end - name.Length - 1;
        return CopyrightLine.StartsWithIgnoreCase(name, "key"u8) && first > 0 && text[first] == ' '
            ? text[(first - NameBefore(text, first).Length)..end]
            : name;
    }

    private static ReadOnlySpan<byte> NameBefore(ReadOnlySpan<byte> text, int sign)
    {
        int end = sign;
        while (end > 0 && text[end - 1] is (byte)' ' or (byte)'\t')
        {
            end--;
        }

        // "name: str =": skip the annotation.
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
}
