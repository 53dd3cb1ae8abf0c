using System.Buffers;

namespace DataForge.Cleaner.Redaction;

/// <summary>Steps over the signs before and around literals of Python.</summary>
internal static class LiteralReader
{
    private const int MaxCall = 64;
    private static readonly SearchValues<byte> CallBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."u8);

    /// <summary>The length of the quote here: one sign, three, or one behind a backslash (JSON in a string); else 0.</summary>
    public static int QuoteAt(ReadOnlySpan<byte> text, int at)
    {
        if (at >= text.Length)
        {
            return 0;
        }

        bool isEscaped = text[at] == '\\' && at + 1 < text.Length && text[at + 1] is (byte)'"' or (byte)'\'';
        bool isQuote = text[at] is (byte)'"' or (byte)'\'';
        bool isTriple = isQuote && at + 2 < text.Length && text[at + 1] == text[at] && text[at + 2] == text[at];
        return isTriple ? 3 : isEscaped ? 2 : isQuote ? 1 : 0;
    }

    /// <summary>The length of the dotted name here.</summary>
    public static int CallLength(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[at..Math.Min(text.Length, at + MaxCall)];
        int length = rest.IndexOfAnyExcept(CallBytes);
        return length < 0 ? 0 : length;
    }

    /// <summary>Where blanks, line ends, opening brackets and the prefix of a literal end.</summary>
    public static int Openers(ReadOnlySpan<byte> text, int at)
    {
        at = Lines(text, at);
        while (at < text.Length && text[at] is (byte)'(' or (byte)'[' or (byte)'{')
        {
            at = Lines(text, at + 1);
        }

        bool hasPrefix = at + 1 < text.Length && (text[at] | 0x20) is 'r' or 'b' or 'u' or 'f' && text[at + 1] is (byte)'"' or (byte)'\'';
        return hasPrefix ? at + 1 : at;
    }

    /// <summary>Where blanks end.</summary>
    public static int Blanks(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    /// <summary>Where blanks and line ends end.</summary>
    public static int Lines(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && (text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' || text[at..].StartsWith("\\\n"u8)))
        {
            at++;
        }

        return at;
    }
}
