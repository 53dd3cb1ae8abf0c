using System.Buffers;

namespace DataForge.Python;

/// <summary>
/// Finds escape sequences that make a literal invalid when CPython decodes it: <c>\x</c> without two, <c>\u</c> without four and <c>\U</c>
/// without eight hexadecimal digits or beyond U+10FFFF, <c>\N</c> without a name in braces. (Whether Unicode has a character of that name
/// is not looked up, only whether its characters are possible.) An unknown escape such as <c>\d</c> is only a warning in CPython, and valid
/// here.
/// </summary>
internal static class StringEscapes
{
    /// <summary>The characters of Unicode character names, in any case.</summary>
    private static readonly SearchValues<byte> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -"u8);

    /// <summary>Whether the escapes in a text literal are well formed.</summary>
    public static bool AreValidText(ReadOnlySpan<byte> text) => AreValid(text, inText: true, simple: true);

    /// <summary>Whether the escapes in a bytes literal are well formed.</summary>
    public static bool AreValidBytes(ReadOnlySpan<byte> text) => AreValid(text, inText: false, simple: true);

    /// <summary>Whether the escapes in Python 2's <c>ur''</c> are well formed; only <c>\u</c> and <c>\U</c> are escapes there.</summary>
    public static bool AreValidRawUnicode(ReadOnlySpan<byte> text) => AreValid(text, inText: true, simple: false);

    private static bool AreValid(ReadOnlySpan<byte> text, bool inText, bool simple)
    {
        int at = 0;
        while (true)
        {
            int next = text[at..].IndexOf((byte)'\\');
            if (next < 0 || at + next + 1 >= text.Length)
            {
                return true;
            }

            at += next + 2;
            switch ((char)text[at - 1])
            {
                case 'x' when simple && !HasHexDigits(text, at, 2):
                case 'u' when inText && !HasHexDigits(text, at, 4):
                case 'U' when inText && !IsCodePoint(text, at):
                case 'N' when inText && simple && !IsNamed(text, at):
                    return false;
            }
        }
    }

    private static bool HasHexDigits(ReadOnlySpan<byte> text, int at, int count)
    {
        if (text.Length - at < count)
        {
            return false;
        }

        foreach (byte c in text.Slice(at, count))
        {
            if (!char.IsAsciiHexDigit((char)c))
            {
                return false;
            }
        }

        return true;
    }

    // At most 0010FFFF.
    private static bool IsCodePoint(ReadOnlySpan<byte> text, int at) =>
        HasHexDigits(text, at, 8) && text[at] == '0' && text[at + 1] == '0'
        && (text[at + 2] == '0' || (text[at + 2] == '1' && text[at + 3] == '0'));

    private static bool IsNamed(ReadOnlySpan<byte> text, int at)
    {
        if (at >= text.Length || text[at] != '{')
        {
            return false;
        }

        int length = text[at..].IndexOf((byte)'}');
        return length > 1 && !text.Slice(at + 1, length - 1).ContainsAnyExcept(NameCharacters);
    }
}
