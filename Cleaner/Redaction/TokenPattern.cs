using System.Buffers;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Keys and tokens that have a form of their own: AWS, GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, SendGrid,
/// Hugging Face, OpenAI, Anthropic, DigitalOcean, Telegram, JSON Web Tokens (RFC 7519). All hold a run of at least <see
/// cref="MinRun"/> characters.
/// </summary>
internal static class TokenPattern
{
    /// <summary>The shortest run of letters, digits, '_' and '-' in any of these forms: an AWS key id.</summary>
    public const int MinRun = 20;

    /// <summary>What such runs are made of.</summary>
    public static SearchValues<byte> RunBytes { get; } = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    private static readonly SearchValues<byte> Upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    private static readonly SearchValues<byte> Alphanumeric = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    private static readonly SearchValues<byte> Word = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdef"u8);

    private sealed record Form(byte[] Prefix, SearchValues<byte> Body, int Min, int Max);

    // Prefix, alphabet, fewest and most characters after the prefix; 255 where the issuer states no length. Forms as the issuers
    // document them, gathered in the secret scanners gitleaks (https://github.com/gitleaks/gitleaks, config/gitleaks.toml) and GitHub's
    // (https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns).
    private static readonly Form[] Forms =
    [
        New("AKIA", Upper, 16, 16), New("ASIA", Upper, 16, 16), New("AROA", Upper, 16, 17), New("AIDA", Upper, 16, 17),
        New("AGPA", Upper, 16, 17), New("ANPA", Upper, 16, 17), New("ghp_", Alphanumeric, 36, 255), New("gho_", Alphanumeric, 36, 255),
        New("ghu_", Alphanumeric, 36, 255), New("ghs_", Alphanumeric, 36, 255), New("ghr_", Alphanumeric, 36, 255),
        New("github_pat_", Word, 60, 255), New("glpat-", RunBytes, 20, 255), New("gldt-", RunBytes, 20, 255),
        New("glrt-", RunBytes, 20, 255), New("xoxb-", RunBytes, 16, 255), New("xoxp-", RunBytes, 16, 255), New("xoxa-", RunBytes, 16, 255),
        New("xoxr-", RunBytes, 16, 255), New("xoxs-", RunBytes, 16, 255), New("xoxe-", RunBytes, 16, 255),
        New("sk_live_", Alphanumeric, 16, 255), New("sk_test_", Alphanumeric, 16, 255), New("rk_live_", Alphanumeric, 16, 255),
        New("rk_test_", Alphanumeric, 16, 255), New("whsec_", Alphanumeric, 24, 255), New("AIza", RunBytes, 35, 35),
        New("GOCSPX-", RunBytes, 28, 28), New("npm_", Alphanumeric, 36, 36), New("pypi-", RunBytes, 50, 400),
        New("hf_", Alphanumeric, 30, 40), New("sk-ant-", RunBytes, 40, 255), New("sk-proj-", RunBytes, 40, 255),
        New("sk-", Alphanumeric, 40, 60), New("dop_v1_", Hex, 64, 64), New("shpat_", Alphanumeric, 32, 32),
    ];

    private static readonly Form[][] FormsByFirst =
        [.. Enumerable.Range(0, 256).Select(first => Forms.Where(form => form.Prefix[0] == first).ToArray())];

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

            foreach (Form form in FormsByFirst[text[at]])
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

    private static bool Matches(ReadOnlySpan<byte> body, Form form, out int length)
    {
        length = body.IndexOfAnyExcept(form.Body);
        length = length < 0 ? body.Length : length;

        // A token of fixed length must end where the run of its alphabet does.
        return length >= form.Min && length <= form.Max && HasVariety(body[..length]);
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
    /// SendGrid (SG.22.43), Google OAuth (ya29.…), Telegram (digits:AA…), Slack's web hooks: the characters before the run identify them.
    /// </summary>
    private static Secret? Dotted(ReadOnlySpan<byte> text, int start, int end)
    {
        if (start >= 3 && text[(start - 3)..start].SequenceEqual("SG."u8) && end - start == 22 && end < text.Length && text[end] == '.')
        {
            int last = RunEnd(text, end + 1);
            return last - end - 1 == 43 ? new Secret(start - 3, last, SecretKind.Key) : null;
        }

        if (start >= 5 && text[(start - 5)..start].SequenceEqual("ya29."u8) && end - start >= 20)
        {
            return new Secret(start - 5, end, SecretKind.Key);
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

        if (start >= 1 && text[start - 1] == '/' && text[Math.Max(0, start - 60)..start].IndexOf("hooks.slack.com/services/"u8) >= 0)
        {
            return new Secret(start, end, SecretKind.Key);
        }

        return null;
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

    private static Form New(string prefix, SearchValues<byte> body, int min, int max) =>
        new(System.Text.Encoding.ASCII.GetBytes(prefix), body, min, max);
}
