using DataForge.Python;

namespace DataForge.Inspection.Tracing;

/// <summary>
/// A text as the tokens that tracing compares: words (letters, digits, underscores, bytes above ASCII) and single other characters, each
/// as a 64-bit hash with its offset. White space is ignored. Strings and operators are split too, so that a piece cut out of the middle of
/// a string or a bracket still has the tokens of the file it came from, however the lexer reads its incomplete ends. One instance serves
/// many texts, one after another; memory: 12 bytes per token.
/// </summary>
internal sealed class TokenStream
{
    // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: fast for short words, and it needs no table.
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private static readonly bool[] IsWord =
        [.. Enumerable.Range(0, 256).Select(b => b >= 0x80 || b == '_' || char.IsAsciiLetterOrDigit((char)b))];

    private ulong[] _hashes = new ulong[4096];
    private int[] _starts = new int[4096];

    /// <summary>The number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The hashes of the tokens.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, Count);

    /// <summary>The offsets of the tokens in the text, in bytes.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>Reads the code of a text, without its comments.</summary>
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
        bool[] isWord = IsWord;
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

        // FNV gives short words similar high bits; the sums over windows need all 64 bits to differ. The multiplier and
        // the shifts: https://nullprogram.com/blog/2018/07/31/.
        hash ^= hash >> 32;
        hash *= 0xD6E8FEB86659FD93;
        hash ^= hash >> 32;
        _hashes[Count] = hash;
        _starts[Count++] = start;
    }
}
