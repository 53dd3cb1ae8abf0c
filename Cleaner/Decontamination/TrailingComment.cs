namespace DataForge.Cleaner.Decontamination;

/// <summary>
/// Comments behind code in its line: <c>total = 0  # start</c>. The code may itself be in a string or in JSON, where <c>\n</c> ends a
/// line, or be commented out.
/// </summary>
internal static class TrailingComment
{
    // The most bytes between code and a comment behind it; it keeps the search linear.
    private const int MaxMargin = 256;

    /// <summary>Whether a '#' begins such a comment: a blank before it, and before that something of its line that is a token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the '#' is.</param>
    public static bool BeginsAt(ReadOnlySpan<byte> text, int at)
    {
        if (at == 0 || text[at - 1] is not ((byte)' ' or (byte)'\t'))
        {
            return false;
        }

        for (int i = at - 1; i >= Math.Max(0, at - MaxMargin) && text[i] != '\n'; i--)
        {
            bool isEscape = i > 0 && text[i - 1] == '\\';
            if (isEscape && text[i] is (byte)'n' or (byte)'r')
            {
                return false;
            }

            if (text[i] > ' ' && !TokenMasks.IsLeftOut(text[i]) && !(isEscape && text[i] == 't'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where the comment ends: at the end of a line of the text, or of one in a string.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the '#' is.</param>
    public static int EndOf(ReadOnlySpan<byte> text, int at)
    {
        while (true)
        {
            int length = text[at..].IndexOfAny((byte)'\n', (byte)'\\');
            if (length < 0)
            {
                return text.Length;
            }

            at += length;
            if (text[at] == '\n' || (at + 1 < text.Length && text[at + 1] is (byte)'n' or (byte)'r'))
            {
                return at;
            }

            at++;
        }
    }
}
