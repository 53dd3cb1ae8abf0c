using System.Buffers;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Keys and tokens of known form (<see cref="KeyForms"/>), and those that what is around them identifies: Telegram, Discord, Azure's
/// signatures, web hooks, JSON Web Tokens (RFC 7519). All hold a run of at least <see cref="MinRun"/> characters.
/// </summary>
internal static class TokenPattern
{
    /// <summary>The shortest run of letters, digits, '_' and '-' in any of these forms: an AWS key id.</summary>
    public const int MinRun = 20;

    /// <summary>What such runs are made of.</summary>
    public static SearchValues<byte> RunBytes { get; } = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    // What a key may have before its first long run.
    private const int MaxBefore = 300;
    private static readonly SearchValues<byte> Joined = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~+/"u8);

    /// <summary>The token in a run of <see cref="RunBytes"/> [start, end), or around it; null where there is none.</summary>
    public static Secret? In(ReadOnlySpan<byte> text, int start, int end)
    {
        start += Escapes.LengthAt(text, start, end);
        return AmongSigns(text, start, end) ?? OfKnownForm(text, start, end);
    }

    // What the characters around the run identify, of which those next to it are looked at first.
    private static Secret? AmongSigns(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end < text.Length && text[end] == '.' && (Jwt(text, start, end) ?? Discord(text, start, end)) is { } dotted)
        {
            return dotted;
        }

        byte before = start > 0 ? text[start - 1] : (byte)0;
        return (char)before switch
        {
            ':' => Telegram(text, start, end),
            '/' => Hook(text, start, end),
            '=' or '%' => Signature(text, start, end),
            _ => char.IsAsciiLetterOrDigit((char)before) ? Signature(text, start, end) : null,
        };
    }

    // A key may follow a word and a sign: "key-AKIA…".
    private static Secret? OfKnownForm(ReadOnlySpan<byte> text, int start, int end)
    {
        int first = start;
        if (start > 0 && text[start - 1] is (byte)'.' or (byte)'~' or (byte)'+' or (byte)'/')
        {
            int least = Math.Max(0, start - MaxBefore);
            first = text[least..start].LastIndexOfAnyExcept(Joined) + 1 + least;
            first += Escapes.LengthAt(text, first, start);
        }

        for (int at = first; at < end; at++)
        {
            bool begins = at == first || at == start || !char.IsAsciiLetterOrDigit((char)text[at - 1]);
            if (!begins)
            {
                continue;
            }

            foreach (KeyForm form in KeyForms.At(text, at))
            {
                if (form.LengthAt(text, at) is > 0 and int length)
                {
                    return KeyAt(text, at, length);
                }
            }

            if (at == first || at == start)
            {
                foreach (KeyForm form in KeyForms.Others)
                {
                    if (form.LengthAt(text, at) is > 0 and int length)
                    {
                        return KeyAt(text, at, length);
                    }
                }
            }
        }

        return null;
    }

    private static Secret? KeyAt(ReadOnlySpan<byte> text, int at, int length) =>
        IsSample(text.Slice(at, length)) ? null : new Secret(at, at + length, SecretKind.Key);

    /// <summary>eyJ… . eyJ… . signature: two JSON objects in base64url begin with "{\"", which is "eyJ".</summary>
    private static Secret? Jwt(ReadOnlySpan<byte> text, int start, int end)
    {
        if (!text[start..end].StartsWith("eyJ"u8) || end >= text.Length || text[end] != '.')
        {
            return null;
        }

        int second = RunEnd(text, end + 1);
        if (second - end < 10 || second >= text.Length || text[second] != '.' || !text[(end + 1)..].StartsWith("eyJ"u8))
        {
            return null;
        }

        int third = RunEnd(text, second + 1);
        return third - second >= 10 ? new Secret(start, third, SecretKind.Key) : null;
    }

    // The bot's number, and 35 characters behind a colon.
    private static Secret? Telegram(ReadOnlySpan<byte> text, int start, int end)
    {
        if (start < 9 || end - start != 35 || !text[start..].StartsWith("AA"u8))
        {
            return null;
        }

        int digits = start - 1;
        while (digits > 0 && start - digits < 12 && char.IsAsciiDigit((char)text[digits - 1]))
        {
            digits--;
        }

        return start - 1 - digits is >= 8 and <= 10 ? new Secret(digits, end, SecretKind.Key) : null;
    }

    // The end of a web hook's address.
    private static Secret? Hook(ReadOnlySpan<byte> text, int start, int end)
    {
        ReadOnlySpan<byte> before = text[Math.Max(0, start - 60)..start];
        return before.IndexOf("hooks.slack.com/"u8) >= 0 || before.IndexOf("/api/webhooks/"u8) >= 0
            ? new Secret(start, end, SecretKind.Key)
            : null;
    }

    // The bot's number in base64, which begins with M, N or O; the time; a signature.
    private static Secret? Discord(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end - start is < 24 or > 28 || text[start] is < (byte)'M' or > (byte)'O' || end >= text.Length || text[end] != '.')
        {
            return null;
        }

        int second = RunEnd(text, end + 1);
        if (second - end - 1 != 6 || second >= text.Length || text[second] != '.')
        {
            return null;
        }

        int third = RunEnd(text, second + 1);
        return third - second - 1 is >= 27 and <= 40 ? new Secret(start, third, SecretKind.Key) : null;
    }

    // The signature of a shared access to Azure: "…&sig=", base64 in which '+', '/' and '=' may be encoded.
    private static Secret? Signature(ReadOnlySpan<byte> text, int start, int end)
    {
        const int MinSignature = 40;
        const int MaxSignature = 100;
        while (start > 0 && end - start < MaxSignature && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || text[start - 1] == '%'))
        {
            start--;
        }

        if (!text[..start].EndsWith("&sig="u8) && !text[..start].EndsWith("?sig="u8))
        {
            return null;
        }

        while (end < text.Length && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] is (byte)'%' or (byte)'=' or (byte)'+'))
        {
            end++;
        }

        return end - start is >= MinSignature and <= MaxSignature ? new Secret(start, end, SecretKind.Key) : null;
    }

    /// <summary>Where the run of <see cref="RunBytes"/> ends that is here.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">A place in the run.</param>
    public static int RunEnd(ReadOnlySpan<byte> text, int at)
    {
        int length = at >= text.Length ? 0 : text[at..].IndexOfAnyExcept(RunBytes);
        return length < 0 ? text.Length : at + length;
    }

    // "AKIAIOSFODNN7EXAMPLE", "ghp_xxxxxxxx…": examples in documentation.
    private static bool IsSample(ReadOnlySpan<byte> token) =>
        token.IndexOf("EXAMPLE"u8) >= 0
            || token.IndexOf("example"u8) >= 0
            || token.IndexOf("xxxxxx"u8) >= 0
            || token.IndexOf("XXXXXX"u8) >= 0
            || token.IndexOf("123456789012345"u8) >= 0;
}
