using System.Buffers;
using System.Numerics;
using DataForge.Cleaner.Text;
using DataForge.Python;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Replaces personal data and secrets in a text by placeholders. Candidates are found by characters that all of a kind have ('@', a dot
/// between digits, "://", a long run without breaks, …); only then the lexer decides whether a candidate is in a string or a comment, so
/// that code stays code. Most texts have no candidates and are not lexed. One object is reused for one text after another.
/// </summary>
internal sealed class Redactor
{
    // An RSA key of 16,384 bits, the longest that OpenSSL accepts, has about 12.5 KB in this form.
    private const int MaxKeyBlock = 16 << 10;

    // Shorter runs in a block are words such as "Proc-Type" or the rest of a line.
    private const int MinKeyLine = 16;
    private static readonly SearchValues<byte> Base64 = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/="u8);

    private readonly List<Secret> _found = [];
    private readonly List<Secret> _confirmed = [];
    private readonly int[] _counts = new int[4];
    private readonly CandidateMasks _masks = new();

    /// <summary>How many secrets were replaced in the current text, by <see cref="SecretKind"/>.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>What was replaced in the current text, at its place in the text before; in order.</summary>
    public IReadOnlyList<Secret> Replaced => _confirmed;

    /// <summary>Redacts the text in place; false where nothing was replaced.</summary>
    public bool Redact(SourceText source)
    {
        Array.Clear(_counts);
        Find(source.Text);
        if (_found.Count == 0)
        {
            return false;
        }

        Confirm(source.Text);

        if (_confirmed.Count == 0)
        {
            return false;
        }

        source.Replace(_confirmed.ConvertAll(secret => (secret.Start, secret.End, Placeholders.Of(secret.Kind))));
        _confirmed.ForEach(secret => _counts[(int)secret.Kind]++);
        return true;
    }

    private void Find(ReadOnlySpan<byte> text)
    {
        _found.Clear();
        _masks.Read(text);
        FindAtTriggers(text);
        NamedValue.Find(text, _masks.Words, _found);
        FindTokens(text);
        FindPrivateKeys(text);
        if (_found.Count > 1)
        {
            // The candidate that begins first wins, the longest of several; those that overlap it are removed.
            _found.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
            int kept = 0;
            for (int i = 0; i < _found.Count; i++)
            {
                if (kept == 0 || _found[i].Start >= _found[kept - 1].End)
                {
                    _found[kept++] = _found[i];
                }
            }

            _found.RemoveRange(kept, _found.Count - kept);
        }
    }

    /// <summary>Tries the patterns at the signs that <see cref="CandidateMasks"/> finds.</summary>
    private void FindAtTriggers(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<ulong> masks = _masks.Signs;
        for (int block = 0; block < masks.Length; block++)
        {
            for (ulong signs = masks[block]; signs != 0; signs &= signs - 1)
            {
                if (FindAt(text, (block * CandidateMasks.Block) + BitOperations.TrailingZeroCount(signs)) is { } found)
                {
                    _found.Add(found);
                }
            }
        }
    }

    private static Secret? FindAt(ReadOnlySpan<byte> text, int at)
    {
        byte before = at > 0 ? text[at - 1] : (byte)0;
        byte behind = at + 1 < text.Length ? text[at + 1] : (byte)0;
        switch (text[at])
        {
            case (byte)'@' when before > ' ':
                return EmailPattern.At(text, at);
            case (byte)'.' when char.IsAsciiDigit((char)before) && char.IsAsciiDigit((char)behind):
                return AddressPattern.V4At(text, at);
            case (byte)':' when behind == '/':
                return at + 2 < text.Length && text[at + 2] == '/' ? PasswordPattern.InUrl(text, at) : null;
            case (byte)':':
                Secret? address = (behind == ':' || char.IsAsciiHexDigit((char)behind)) && char.IsAsciiHexDigit((char)before)
                    ? AddressPattern.V6At(text, at)
                    : null;
                return address ?? PasswordPattern.InAssignment(text, at) ?? PasswordPattern.InComment(text, at);
            case (byte)'=':
                return PasswordPattern.InAssignment(text, at) ?? PasswordPattern.InComment(text, at);
            default:
                return null;
        }
    }

    /// <summary>Finds tokens in runs of <see cref="TokenPattern.MinRun"/> bytes or more.</summary>
    private void FindTokens(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<ulong> masks = _masks.Runs;
        int done = 0;
        for (int block = 0; block < masks.Length; block++)
        {
            ulong runs = masks[block];
            int at = block * CandidateMasks.Block;
            while (runs != 0)
            {
                int start = at + BitOperations.TrailingZeroCount(runs);
                if (start >= done)
                {
                    done = TokenPattern.RunEnd(text, start);
                    if (TokenPattern.In(text, start, done) is { } secret)
                    {
                        _found.Add(secret);
                        done = Math.Max(done, secret.End);
                    }
                }

                runs = done - at >= CandidateMasks.Block ? 0 : runs & (ulong.MaxValue << (done - at));
            }
        }
    }

    /// <summary>
    /// Blocks between BEGIN and END of a private key (RFC 7468): each run of base64 in them, however the lines are quoted.
    /// </summary>
    private void FindPrivateKeys(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (text[at..].IndexOf("-----BEGIN "u8) is >= 0 and int next)
        {
            int begin = at + next + 11;
            at = begin;
            int close = text[begin..Math.Min(text.Length, begin + 60)].IndexOf("-----"u8);
            if (close < 0 || text.Slice(begin, close).IndexOf("PRIVATE KEY"u8) < 0)
            {
                continue;
            }

            int body = begin + close + 5;
            ReadOnlySpan<byte> block = text[body..Math.Min(text.Length, body + MaxKeyBlock)];
            int end = block.IndexOf("-----END"u8);
            end = body + (end < 0 ? 0 : end);
            for (int i = body; i < end; i++)
            {
                int length = text[i..end].IndexOfAnyExcept(Base64);
                length = length < 0 ? end - i : length;
                int start = i + Escapes.LengthAt(text, i, i + length);
                if (i + length - start >= MinKeyLine)
                {
                    _found.Add(new Secret(start, i + length, SecretKind.Key));
                }

                i += length;
            }

            at = Math.Max(at, end);
        }
    }

    /// <summary>Keeps the candidates that lie within one string or comment.</summary>
    private void Confirm(ReadOnlySpan<byte> text)
    {
        _confirmed.Clear();
        PythonLexer lexer = new(text);
        int next = 0;
        while (next < _found.Count && lexer.Next())
        {
            int end = lexer.Start + lexer.Length;
            bool isComment = lexer.Kind == TokenKind.Comment;
            bool isText = isComment || lexer.Kind is TokenKind.String or TokenKind.FStringMiddle;
            while (next < _found.Count && _found[next].Start < end)
            {
                if (isText && (isComment || !_found[next].OnlyInComment) && _found[next].Start >= lexer.Start && _found[next].End <= end)
                {
                    _confirmed.Add(_found[next]);
                }

                next++;
            }
        }
    }
}
