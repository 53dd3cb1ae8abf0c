using System.Buffers;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>A text as notices are read: words in lower case with one space between, and where its sentences begin.</summary>
/// <param name="Plain">The words. Of punctuation only "." within numbers and "+" stay.</param>
/// <param name="Breaks">Where a sentence or a paragraph ends, in order.</param>
/// <param name="Blocks">Where a comment or a string ends and another one begins, in order.</param>
internal readonly record struct NoticeText(string Plain, IReadOnlyList<int> Breaks, IReadOnlyList<int> Blocks)
{
    /// <summary>The words with their capitals, at the same places. Addresses and file names have zeros in place of their letters.</summary>
    public string Cased { get; init; } = Plain;

    /// <summary>Where lines end, in order.</summary>
    public IReadOnlyList<int> Lines { get; init; } = [];

    /// <summary>
    /// Where what is said after some words ends: with the sentence, or with a line that the next one does not continue in lower case.
    /// </summary>
    /// <param name="match">The words.</param>
    public int EndOfStatement(Capture match)
    {
        int place = match.Index + match.Length;
        int end = SentenceAt(match.Index, place).End;
        foreach (int line in Lines)
        {
            if (line >= place && line < end && !(line < Cased.Length && char.IsAsciiLetterLower(Cased[line])))
            {
                return line;
            }
        }

        return end;
    }

    /// <summary>What a sentence says before and after some of its words.</summary>
    /// <param name="match">These words.</param>
    /// <param name="before">The sentence up to them.</param>
    /// <param name="after">The sentence from their end.</param>
    public void Around(Capture match, out ReadOnlySpan<char> before, out ReadOnlySpan<char> after)
    {
        int end = match.Index + match.Length;
        (int from, int to) = SentenceAt(match.Index, end);
        before = Plain.AsSpan(from, Math.Max(0, match.Index - from));
        after = Plain.AsSpan(end, Math.Max(0, to - end));
    }

    /// <summary>The sentence around a place: where it begins and where it ends.</summary>
    public (int Start, int End) SentenceAt(int start, int end)
    {
        int from = 0;
        int to = Plain.Length;
        foreach (int at in Breaks)
        {
            if (at <= start)
            {
                from = at;
            }
            else if (at >= end)
            {
                to = at;
                break;
            }
        }

        return (from, to);
    }

    // A notice is read for what it names, and again for its doubtful clauses.
    private const int MaxKept = 64 << 10;

    [ThreadStatic]
    private static byte[]? _kept;

    [ThreadStatic]
    private static NoticeText _keptAs;

    /// <summary>Reads a text; comment markers and tags of HTML do not count.</summary>
    public static NoticeText Of(ReadOnlySpan<byte> text)
    {
        if (_kept is null || !text.SequenceEqual(_kept))
        {
            NoticeText read = Read(text);
            if (text.Length > MaxKept)
            {
                return read;
            }

            _keptAs = read;
            _kept = text.ToArray();
        }

        return _keptAs;
    }

    private static NoticeText Read(ReadOnlySpan<byte> text)
    {
        // No more characters than the text has bytes: first the words in lower case, then those with their capitals.
        char[] buffer = ArrayPool<char>.Shared.Rent(2 * text.Length);
        Span<char> plain = buffer.AsSpan(0, text.Length);
        Span<char> cased = buffer.AsSpan(text.Length, text.Length);
        int length = 0;
        int address = 0;
        var breaks = new List<int>();
        var blocks = new List<int>();
        var ends = new List<int>();
        bool isNewLine = false;
        bool isBlank = false;
        bool isComment = false;
        bool sawEnd = false;
        int lines = 0;
        byte last = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            int tag = b == '<' ? TagLength(text[i..]) : 0;
            bool isDot = b == '.'
                && i > 0
                && char.IsAsciiDigit((char)text[i - 1])
                && i + 1 < text.Length
                && char.IsAsciiDigit((char)text[i + 1]);
            if (char.IsAsciiLetterOrDigit((char)b) || b == '+' || isDot)
            {
                if ((sawEnd || (lines > 1 && last is not ((byte)':' or (byte)',')) || (lines > 0 && IsTitle(text[i..]))) && length > 0
                    && (breaks.Count == 0 || breaks[^1] != length))
                {
                    breaks.Add(length);
                }

                if (isNewLine)
                {
                    ends.Add(length);
                    isNewLine = false;
                }

                isComment &= !isBlank;
                (sawEnd, lines, isBlank) = (false, 0, false);
                address = i == 0 || IsSpace(text[i - 1]) ? i + LengthOfAddress(text[i..]) : address;

                // The letters and digits that follow change nothing but the words.
                for (;; i++)
                {
                    b = text[i];
                    plain[length] = (char)(b | 0x20);
                    cased[length++] = i < address && char.IsAsciiLetter((char)b) ? '0' : (char)b;
                    if (i + 1 == text.Length || !char.IsAsciiLetterOrDigit((char)text[i + 1]))
                    {
                        break;
                    }
                }

                last = b;
            }
            else
            {
                // Quotes around a string, and a blank line between two comments, end what belongs together.
                bool isQuotes = b is (byte)'"' or (byte)'\'' && i + 2 < text.Length && text[i + 1] == b && text[i + 2] == b;
                bool isGap = b == '\n' && isBlank && isComment;
                if ((isQuotes || isGap) && (blocks.Count == 0 || blocks[^1] != length))
                {
                    blocks.Add(length);
                    sawEnd = true;
                }

                isComment = b == '\n' ? isComment && !isBlank : b == '#' ? isBlank || isComment : isComment;
                isBlank = b == '\n' || (isBlank && b is (byte)' ' or (byte)'\t' or (byte)'\r');
                lines += b == '\n' ? 1 : 0;
                isNewLine |= b == '\n';
                last = b is (byte)':' or (byte)',' ? b : last;
                sawEnd |= b is (byte)'.' or (byte)';' or (byte)'!' or (byte)'?'
                    && (i + 1 == text.Length || text[i + 1] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'"' or (byte)')');
                if (length > 0 && plain[length - 1] != ' ')
                {
                    plain[length] = ' ';
                    cased[length++] = ' ';
                }
            }

            i += Math.Max(0, tag - 1);
        }

        // The British spelling has as many letters, so that the places stay.
        SpellAsAmericans(plain[..length]);
        SpellAsAmericans(cased[..length]);
        var read = new NoticeText(new string(plain[..length]), breaks, blocks) { Cased = new string(cased[..length]), Lines = ends };
        ArrayPool<char>.Shared.Return(buffer);
        return read;
    }

    private static void SpellAsAmericans(Span<char> words)
    {
        const string Ending = "icence";
        for (int at = 0; words[at..].IndexOf(Ending) is >= 0 and int found; at += found + Ending.Length)
        {
            if (at + found > 0 && words[at + found - 1] is 'l' or 'L')
            {
                words[at + found + Ending.Length - 2] = 's';
            }
        }
    }

    // A line with the name of a licence and a copyright notice continues no sentence: "MIT license; Copyright (c) …".
    private static bool IsTitle(ReadOnlySpan<byte> text)
    {
        const int Longest = 30;
        int end = text[..Math.Min(text.Length, Longest)].IndexOf("icense; Copyright"u8);
        return end > 0 && char.IsAsciiLetterUpper((char)text[0]) && !text[..end].ContainsAny((byte)'\n', (byte)'.');
    }

    private static bool IsSpace(byte b) => " \t\r\n<([\"&;"u8.Contains(b);

    // A word with "@", "://", "_" or a dot between two letters: a file's name or an address. 0 where it is none.
    private static int LengthOfAddress(ReadOnlySpan<byte> text)
    {
        const int MaxAddress = 200;
        int end = text[..Math.Min(text.Length, MaxAddress)].IndexOfAny(Spaces);
        ReadOnlySpan<byte> word = end < 0 ? text[..Math.Min(text.Length, MaxAddress)] : text[..end];
        // A path has two slashes, or one beside a hyphen, a digit or at its end: "and/or" is none.
        int slash = word.IndexOf((byte)'/');
        if (slash > 0 && (slash == word.Length - 1 || word[(slash + 1)..].Contains((byte)'/')
            || word.ContainsAny((byte)'-', (byte)'*') || word.ContainsAnyInRange((byte)'0', (byte)'9')))
        {
            return word.Length;
        }

        for (int i = 1; i + 1 < word.Length; i++)
        {
            bool joins = word[i] is (byte)'@' or (byte)'_' or (byte)'*'
                || (word[i] == '.' && char.IsAsciiLetter((char)word[i - 1]) && char.IsAsciiLetter((char)word[i + 1]))
                || (word[i] == ':' && word[i + 1] == '/') || (word[i] >= 0x80 && char.IsAsciiLetter((char)word[i - 1]));
            if (joins)
            {
                return word.Length;
            }
        }

        return 0;
    }

    private static readonly SearchValues<byte> Spaces = SearchValues.Create(" \t\r\n>)]\"&;"u8);

    // An HTML tag, as READMEs have them: '<', letters, then a space or '>'. "<https://…>" is not one.
    private static int TagLength(ReadOnlySpan<byte> text)
    {
        const int MaxTag = 300;
        int name = text.Length > 1 && text[1] == '/' ? 2 : 1;
        int letters = name;
        while (letters < text.Length && char.IsAsciiLetterOrDigit((char)text[letters]))
        {
            letters++;
        }

        int close = text[..Math.Min(text.Length, MaxTag)].IndexOf((byte)'>');
        return letters > name && letters < text.Length && text[letters] is (byte)' ' or (byte)'>' or (byte)'/' && close > 0 ? close + 1 : 0;
    }
}
