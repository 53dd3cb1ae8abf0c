using System.Buffers;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// Finds encoded data as The Stack v2 defines it by regular expressions (arXiv 2402.19173). All of them
/// match ASCII only, so bytes are characters.
/// </summary>
internal static class EncodedRuns
{
    private static readonly SearchValues<byte> Base64 = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/\n="u8);
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Runs of <c>[a-zA-Z0-9+/\n=]{64,}</c>: the length of the longest and of all, in characters.</summary>
    public static (int Longest, long Total) MeasureBase64(ReadOnlySpan<byte> text)
    {
        const int MinLength = 64;
        int longest = 0;
        long total = 0;

        // A run of 64 or more covers a position that is a multiple of 64: only runs around those are measured.
        for (int probe = 0; probe < text.Length;)
        {
            if (!Base64.Contains(text[probe]))
            {
                probe += MinLength;
                continue;
            }

            int start = text[..probe].LastIndexOfAnyExcept(Base64) + 1;
            int length = text[probe..].IndexOfAnyExcept(Base64);
            int end = length < 0 ? text.Length : probe + length;
            if (end - start >= MinLength)
            {
                longest = Math.Max(longest, end - start);
                total += end - start;
            }

            probe = Math.Max(probe + MinLength, ((end / MinLength) + 1) * MinLength);
        }

        return (longest, total);
    }

    /// <summary>
    /// Runs of <c>(?:\b(?:0x|\\x)?[0-9a-fA-F]{2}(?:,|\b\s*)){8,}</c>: the length of the longest and of all, in characters.
    /// </summary>
    public static (int Longest, long Total) MeasureHexadecimal(ReadOnlySpan<byte> text)
    {
        const int MinGroups = 8;
        int longest = 0;
        long total = 0;
        for (int at = 0; at < text.Length;)
        {
            int end = MatchHex(text, at, out int groups);
            if (groups >= MinGroups)
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

    /// <summary>Runs of <c>(?:\\u[0-9a-fA-F]{4}){8,}</c>: the length of the longest and of all, in characters.</summary>
    public static (int Longest, long Total) MeasureEscapes(ReadOnlySpan<byte> text)
    {
        const int MinGroups = 8;
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

            if (end - start >= 6 * MinGroups)
            {
                longest = Math.Max(longest, end - start);
                total += end - start;
            }

            at = Math.Max(end, start + 2);
        }

        return (longest, total);
    }

    // \b: a word character on one side only. Letters outside ASCII are word characters too.
    private static bool IsBoundary(ReadOnlySpan<byte> text, int at) =>
        (at > 0 && IsWord(text[at - 1])) != (at < text.Length && IsWord(text[at]));

    private static bool IsWord(byte b) => (byte)((b | 0x20) - 'a') < 26 || (byte)(b - '0') < 10 || b == '_' || b >= 0x80;

    private static bool IsHex(byte b) => (byte)((b | 0x20) - 'a') < 6 || (byte)(b - '0') < 10;
}
