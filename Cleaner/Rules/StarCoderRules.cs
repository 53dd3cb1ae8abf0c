using System.Buffers;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary>StarCoder: <c>&lt;?xml version=</c> in the first 100 characters.</summary>
internal sealed class XmlRule : ContentRule
{
    public const string Name = "xml";

    public override AppliedRule Applied => new(Name, "no declaration in the", "first 100 characters");

    public override Finding? Judge(JudgedText text)
    {
        int bytes = 0;
        for (int characters = 0; bytes < text.Text.Length && characters < 100; bytes++)
        {
            // Continuation bytes are no characters of their own.
            characters += bytes + 1 < text.Text.Length && (text.Text[bytes + 1] & 0xC0) == 0x80 ? 0 : 1;
        }

        return text.Text[..bytes].IndexOf("<?xml version="u8) >= 0 ? new Finding(Name, "<?xml version=", "first 100 characters") : null;
    }
}

/// <summary>
/// The Stack v2: encoded data. The expressions are base64 <c>[a-zA-Z0-9+/\n=]{64,}</c>, hexadecimal
/// <c>(?:\b(?:0x|\\x)?[0-9a-fA-F]{2}(?:,|\b\s*)){8,}</c> and escapes <c>(?:\\u[0-9a-fA-F]{4}){8,}</c>; a file leaves when one match is longer
/// than 1,024 characters, or all matches of one kind are more than half of it. All match ASCII alone, so that bytes are characters.
/// </summary>
internal sealed class EncodedDataRule : ContentRule
{
    public const string Name = "encoded_data";
    private const int MaxMatch = 1024;
    private const double MaxShare = 0.5;
    private static readonly SearchValues<byte> Base64 = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/\n="u8);

    public override AppliedRule Applied => new(Name, "at most", "1024 characters and 50 %");

    public override Finding? Judge(JudgedText text)
    {
        ReadOnlySpan<byte> bytes = text.Text;
        return Check("base64", MeasureBase64(bytes), text) ?? Check("hexadecimal", MeasureHex(bytes), text) ?? Check("unicode escapes", MeasureEscapes(bytes), text);
    }

    private static Finding? Check(string kind, (int Longest, long Total) matches, JudgedText text) =>
        matches.Longest > MaxMatch ? new Finding(Name, $"{kind}, {matches.Longest} characters", "1024 characters")
        : matches.Total > MaxShare * text.Statistics.Characters ? new Finding(Name, $"{kind}, {matches.Total} of {text.Statistics.Characters} characters", "50 %")
        : null;

    private static (int Longest, long Total) MeasureBase64(ReadOnlySpan<byte> text)
    {
        const int Least = 64;
        int longest = 0;
        long total = 0;

        // A run of 64 or more covers a multiple of 64; runs around those places are looked at, and no others.
        for (int probe = 0; probe < text.Length;)
        {
            if (!Base64.Contains(text[probe]))
            {
                probe += Least;
                continue;
            }

            int start = text[..probe].LastIndexOfAnyExcept(Base64) + 1;
            int length = text[probe..].IndexOfAnyExcept(Base64);
            int end = length < 0 ? text.Length : probe + length;
            if (end - start >= Least)
            {
                longest = Math.Max(longest, end - start);
                total += end - start;
            }

            probe = Math.Max(probe + Least, ((end / Least) + 1) * Least);
        }

        return (longest, total);
    }

    private static (int Longest, long Total) MeasureHex(ReadOnlySpan<byte> text)
    {
        const int Least = 8;
        int longest = 0;
        long total = 0;
        for (int at = 0; at < text.Length;)
        {
            int end = MatchHex(text, at, out int groups);
            if (groups >= Least)
            {
                longest = Math.Max(longest, end - at);
                total += end - at;
                at = end;
            }
            else
            {
                // A match may begin at any later boundary; the next group's start is one.
                at++;
                while (at < text.Length && !IsBoundary(text, at))
                {
                    at++;
                }
            }
        }

        return (longest, total);
    }

    private static int MatchHex(ReadOnlySpan<byte> text, int at, out int groups)
    {
        groups = 0;
        while (IsBoundary(text, at))
        {
            int next = at;
            if (next + 1 < text.Length && ((text[next] == '0' && text[next + 1] == 'x') || (text[next] == '\\' && text[next + 1] == 'x')))
            {
                next += 2;
            }

            if (next + 1 >= text.Length || !IsHex(text[next]) || !IsHex(text[next + 1]))
            {
                break;
            }

            next += 2;
            if (next < text.Length && text[next] == ',')
            {
                next++;
            }
            else if (IsBoundary(text, next))
            {
                while (next < text.Length && text[next] is (byte)' ' or (>= 9 and <= 13))
                {
                    next++;
                }
            }
            else
            {
                break;
            }

            at = next;
            groups++;
        }

        return at;
    }

    private static (int Longest, long Total) MeasureEscapes(ReadOnlySpan<byte> text)
    {
        const int Least = 8;
        int longest = 0;
        long total = 0;
        int at = 0;
        while (text[at..].IndexOf("\\u"u8) is >= 0 and int next)
        {
            int start = at + next;
            int end = start;
            while (end + 6 <= text.Length && text[end] == '\\' && text[end + 1] == 'u' && text.Slice(end + 2, 4).IndexOfAnyExcept(Hex) < 0)
            {
                end += 6;
            }

            if (end - start >= 6 * Least)
            {
                longest = Math.Max(longest, end - start);
                total += end - start;
            }

            at = Math.Max(end, start + 2);
        }

        return (longest, total);
    }

    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    // \b: a word character on one side only. Letters outside ASCII are word characters too.
    private static bool IsBoundary(ReadOnlySpan<byte> text, int at) =>
        (at > 0 && IsWord(text[at - 1])) != (at < text.Length && IsWord(text[at]));

    private static bool IsWord(byte b) => (byte)((b | 0x20) - 'a') < 26 || (byte)(b - '0') < 10 || b == '_' || b >= 0x80;

    private static bool IsHex(byte b) => (byte)((b | 0x20) - 'a') < 6 || (byte)(b - '0') < 10;
}
