using System.Numerics;
using System.Runtime.Intrinsics;

namespace DataForge.Cleaner.Licenses;

/// <summary>Distinguishes a line that names the holder of the rights from one that only mentions copyright.</summary>
internal static class CopyrightLine
{
    // "SPDX-FileCopyrightText: " has 24 characters.
    private const int LongestPrefix = 24;

    /// <summary>
    /// Whether the line begins (after "Portions", "Modifications" and the like) with "Copyright", "(c)" or "©", and goes on with a year,
    /// a sign, a placeholder or "by". "copyright notice, this list of conditions" is no such line.
    /// </summary>
    public static bool Is(ReadOnlySpan<byte> line)
    {
        if (StartsWithIgnoreCase(line, "spdx-filecopyrighttext:"u8) || StartsWithIgnoreCase(line, "spdx-snippetcopyrighttext:"u8))
        {
            return true;
        }

        int at = IndexOfIgnoreCase(line[..Math.Min(line.Length, LongestPrefix + 9)], "copyright"u8);
        if (at < 0)
        {
            return StartsWithSign(line, out int width) && HasYear(line[width..]);
        }

        if (at > 0 && !IsPrefix(line[..at]))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = line[(at + 9)..];
        rest = rest.StartsWith("s"u8) ? rest[1..] : rest;
        rest = rest.TrimStart(" \t:"u8);
        if (rest.IsEmpty)
        {
            return false;
        }

        return StartsWithSign(rest, out _)
            || rest[0] is (byte)'<' or (byte)'[' or (byte)'{'
            || (HasYear(rest[..Math.Min(rest.Length, 12)]) && rest[0] is >= (byte)'0' and <= (byte)'9' or (byte)'-')
            || StartsWithIgnoreCase(rest, "by "u8)
            || StartsWithIgnoreCase(rest, "year"u8)
            || StartsWithIgnoreCase(rest, "yyyy"u8)
            || StartsWithIgnoreCase(rest, "xxxx"u8);
    }

    /// <summary>
    /// How many bytes of a copyright line are about copyright: all of a short line, up to a sentence that begins as those of licences do.
    /// A long one is a paragraph on one line, of which only the first sentence is.
    /// </summary>
    public static int LengthOf(ReadOnlySpan<byte> line)
    {
        // Longer lines are whole paragraphs.
        const int Short = 120;
        if (line.Length > Short)
        {
            return line.IndexOf(". "u8) + 1;
        }

        int end = 0;
        while (line[end..].IndexOf(". "u8) is >= 0 and int dot)
        {
            end += dot + 1;
            if (BeginsLikeALicense(line[end..].TrimStart(" \t"u8)))
            {
                return end;
            }
        }

        return line.Length;
    }

    private static bool BeginsLikeALicense(ReadOnlySpan<byte> sentence)
    {
        foreach (byte[] opening in Openings)
        {
            if (StartsWithIgnoreCase(sentence, opening))
            {
                return true;
            }
        }

        return false;
    }

    // How the first sentence after a copyright line begins, where lines were joined.
    private static readonly byte[][] Openings =
    [
        .. new[]
        {
            "permission", "redistribution", "this software", "this material", "this program", "this file", "this library", "this code",
            "everyone", "anyone", "licensed", "you may", "you can", "use of", "distributed under", "released under",
        }.Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    /// <summary>
    /// The index of a word in a text, ignoring the case of ASCII letters; −1 where the text does not have it. The word must be in lower
    /// case.
    /// </summary>
    public static int IndexOfIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        int last = text.Length - lower.Length;
        int at = 0;
        if (lower.Length >= 2)
        {
            // Positions of the first two letters, 32 at a time.
            (Vector256<byte> first, Vector256<byte> firstCase) = Folded(lower[0]);
            (Vector256<byte> second, Vector256<byte> secondCase) = Folded(lower[1]);
            for (; at + Vector256<byte>.Count < text.Length && at <= last; at += Vector256<byte>.Count)
            {
                uint places = (Vector256.Equals(Vector256.Create(text[at..]) | firstCase, first)
                    & Vector256.Equals(Vector256.Create(text[(at + 1)..]) | secondCase, second)).ExtractMostSignificantBits();
                for (; places != 0; places &= places - 1)
                {
                    int place = at + BitOperations.TrailingZeroCount(places);
                    if (place <= last && StartsWithIgnoreCase(text[place..], lower))
                    {
                        return place;
                    }
                }
            }
        }

        for (; at <= last; at++)
        {
            if (StartsWithIgnoreCase(text[at..], lower))
            {
                return at;
            }
        }

        return -1;
    }

    // A letter and the bit that turns its capital into it; other signs have no case.
    private static (Vector256<byte> Sign, Vector256<byte> Case) Folded(byte lower) =>
        (Vector256.Create(lower), Vector256.Create(char.IsAsciiLetterLower((char)lower) ? (byte)0x20 : (byte)0));

    /// <summary>Whether a text begins with a word, ignoring the case of ASCII letters. The word must be in lower case.</summary>
    public static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) =>
        text.Length >= lower.Length && System.Text.Ascii.EqualsIgnoreCase(text[..lower.Length], lower);

    private static bool IsPrefix(ReadOnlySpan<byte> words)
    {
        foreach (byte b in words)
        {
            if (b is (byte)'.' or (byte)',' or (byte)'"')
            {
                return false;
            }
        }

        return StartsWithIgnoreCase(words, "portions "u8) || StartsWithIgnoreCase(words, "parts "u8)
            || StartsWithIgnoreCase(words, "modifications "u8) || StartsWithIgnoreCase(words, "original work "u8)
            || StartsWithIgnoreCase(words, "some parts "u8) || StartsWithIgnoreCase(words, "spdx-filecopyrighttext"u8)
            || StartsWithSign(words, out _);
    }

    private static bool StartsWithSign(ReadOnlySpan<byte> text, out int width)
    {
        width = text.StartsWith("(c)"u8) || text.StartsWith("(C)"u8) || text.StartsWith("[c]"u8) ? 3
            : text.StartsWith("©"u8) ? 2
            : text is [0xA9, ..] ? 1
            : 0;
        return width > 0;
    }

    private static bool HasYear(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i + 4 <= text.Length; i++)
        {
            if (((text[i] == '1' && text[i + 1] == '9') || (text[i] == '2' && text[i + 1] == '0'))
                && text[i + 2] is >= (byte)'0' and <= (byte)'9' && text[i + 3] is >= (byte)'0' and <= (byte)'9')
            {
                return true;
            }
        }

        return false;
    }
}
