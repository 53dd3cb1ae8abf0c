using System.Buffers;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Keys and tokens that have a form of their own (<see cref="TokenForm"/>), and some that have more parts: SendGrid, Telegram, Discord,
/// Mailchimp, JSON Web Tokens (RFC 7519). All hold a run of at least <see cref="MinRun"/> characters.
/// </summary>
internal static class TokenPattern
{
    /// <summary>The shortest run of letters, digits, '_' and '-' in any of these forms: an AWS key id.</summary>
    public const int MinRun = 20;

    /// <summary>What such runs are made of.</summary>
    public static SearchValues<byte> RunBytes { get; } = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>The token in a run of <see cref="RunBytes"/> [start, end); null where it holds none.</summary>
    public static Secret? In(ReadOnlySpan<byte> text, int start, int end)
    {
        start += Escapes.LengthAt(text, start, end);
        if (Jwt(text, start, end) is { } jwt)
        {
            return jwt;
        }

        if (Dotted(text, start, end) is { } dotted)
        {
            return dotted;
        }

        // A token may follow a word and a '-' or '_': "key-AKIA…".
        for (int at = start; at < end; at++)
        {
            bool begins = at == start || text[at - 1] is (byte)'-' or (byte)'_';
            if (!begins)
            {
                continue;
            }

            foreach (TokenForm form in TokenForm.ByFirst[text[at]])
            {
                ReadOnlySpan<byte> rest = text[at..end];
                if (rest.Length >= form.Prefix.Length + form.Min
                    && rest.StartsWith(form.Prefix)
                    && Matches(rest[form.Prefix.Length..], form, out int length))
                {
                    return IsSample(rest[..(form.Prefix.Length + length)])
                        ? null
                        : new Secret(at, at + form.Prefix.Length + length, SecretKind.Key);
                }
            }
        }

        return null;
    }

    private static bool Matches(ReadOnlySpan<byte> body, TokenForm form, out int length)
    {
        length = body.IndexOfAnyExcept(form.Body);
        length = length < 0 ? body.Length : length;

        // A token of fixed length must end where the run of its alphabet does.
        bool goesOn = form.Min == form.Max && length < body.Length && char.IsAsciiLetterOrDigit((char)body[length]);
        return length >= form.Min && length <= form.Max && !goesOn && HasVariety(body[..length]);
    }

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

    /// <summary>
    /// SendGrid (SG.22.43), Telegram (digits:AA…), web hooks of Slack and Discord: the characters around the run identify them.
    /// </summary>
    private static Secret? Dotted(ReadOnlySpan<byte> text, int start, int end)
    {
        if (start >= 3 && text[(start - 3)..start].SequenceEqual("SG."u8) && end - start == 22 && end < text.Length && text[end] == '.')
        {
            int last = RunEnd(text, end + 1);
            return last - end - 1 == 43 ? new Secret(start - 3, last, SecretKind.Key) : null;
        }

        if (start >= 1 && text[start - 1] == '.')
        {
            foreach (TokenForm form in TokenForm.Dotted)
            {
                if (text[..start].EndsWith(form.Prefix) && Matches(text[start..end], form, out int length))
                {
                    return new Secret(start - form.Prefix.Length, start + length, SecretKind.Key);
                }
            }
        }

        if ((Discord(text, start, end) ?? Signature(text, start, end)) is { } found)
        {
            return found;
        }

        // Mailchimp: 32 hexadecimal digits, "-us" and the number of the data centre.
        ReadOnlySpan<byte> run = text[start..end];
        if (run.Length is 36 or 37 && run[32..].StartsWith("-us"u8) && run[..32].IndexOfAnyExcept(Hex) < 0)
        {
            return new Secret(start, end, SecretKind.Key);
        }

        if (start >= 9 && text[start - 1] == ':' && end - start == 35 && text[start..].StartsWith("AA"u8))
        {
            int digits = start - 1;
            while (digits > 0 && start - digits < 12 && char.IsAsciiDigit((char)text[digits - 1]))
            {
                digits--;
            }

            return start - 1 - digits is >= 8 and <= 10 ? new Secret(digits, end, SecretKind.Key) : null;
        }

        ReadOnlySpan<byte> before = text[Math.Max(0, start - 60)..start];
        bool isHook = start >= 1
            && text[start - 1] == '/'
            && (before.IndexOf("hooks.slack.com/"u8) >= 0 || before.IndexOf("/api/webhooks/"u8) >= 0);
        if (isHook)
        {
            return new Secret(start, end, SecretKind.Key);
        }

        return null;
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

    private static int RunEnd(ReadOnlySpan<byte> text, int at)
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

    private static bool HasVariety(ReadOnlySpan<byte> body)
    {
        // A random value of 16 characters practically never has fewer than six distinct ones; names in words and rows of one letter do.
        ulong low = 0;
        ulong high = 0;
        foreach (byte b in body)
        {
            low |= b < 64 ? 1UL << b : 0;
            high |= b >= 64 ? 1UL << (b - 64) : 0;
        }

        return System.Numerics.BitOperations.PopCount(low) + System.Numerics.BitOperations.PopCount(high) >= 6;
    }
}
