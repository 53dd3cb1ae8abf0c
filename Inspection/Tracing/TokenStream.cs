using DataForge.Python;

namespace DataForge.Inspection.Tracing;

/// <summary>
/// A text as the tokens that tracing compares: words (letters, digits, underscores, bytes above ASCII) and single marks, each as a 64-bit
/// hash with its offset. White space counts for nothing. Strings and operators are split as well, so that a piece cut out of the middle of
/// a string or a bracket still has the tokens of the file it came from, whatever the lexer makes of its torn ends. Used again for one
/// text after another; 12 bytes a token.
/// </summary>
internal sealed class TokenStream
{
    // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: short words, and no table to load.
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private static readonly bool[] s_isWord = [.. Enumerable.Range(0, 256).Select(b => b >= 0x80 || b == '_' || char.IsAsciiLetterOrDigit((char)b))];

    private ulong[] _hashes = new ulong[4096];
    private int[] _starts = new int[4096];

    /// <summary>Tokens held.</summary>
    public int Count { get; private set; }

    /// <summary>The tokens' hashes.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, Count);

    /// <summary>The tokens' offsets in the text, in bytes.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>Reads the code of a text: everything but its comments.</summary>
    public void FillWithCode(ReadOnlySpan<byte> text)
    {
        Count = 0;
        var lexer = new PythonLexer(text);
        while (lexer.Next())
        {
            switch (lexer.Kind)
            {
                case TokenKind.Comment or TokenKind.Newline or TokenKind.NonLogicalNewline or TokenKind.Indent or TokenKind.Dedent:
                    break;
                default:
                    Split(text, lexer.Start, lexer.Start + lexer.Length);
                    break;
            }
        }
    }

    /// <summary>Reads a whole text, comments included.</summary>
    public void FillWithAll(ReadOnlySpan<byte> text)
    {
        Count = 0;
        Split(text, 0, text.Length);
    }

    private void Split(ReadOnlySpan<byte> text, int from, int to)
    {
        bool[] isWord = s_isWord;
        int at = from;
        while (at < to)
        {
            byte first = text[at];
            if (first is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r' or (byte)'\f')
            {
                at++;
                continue;
            }

            int start = at++;
            ulong hash = (FnvOffset ^ first) * FnvPrime;
            if (isWord[first])
            {
                for (; at < to && isWord[text[at]]; at++)
                {
                    hash = (hash ^ text[at]) * FnvPrime;
                }
            }

            Add(hash, start);
        }
    }

    private void Add(ulong hash, int start)
    {
        if (Count == _hashes.Length)
        {
            Array.Resize(ref _hashes, 2 * Count);
            Array.Resize(ref _starts, 2 * Count);
        }

        // FNV leaves the high bits of short words alike; the sums over windows want all 64.
        hash ^= hash >> 32;
        hash *= 0xD6E8FEB86659FD93;
        hash ^= hash >> 32;
        _hashes[Count] = hash;
        _starts[Count++] = start;
    }
}
