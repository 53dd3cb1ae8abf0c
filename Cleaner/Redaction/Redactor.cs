using System.Buffers;
using DataForge.Cleaner.Text;
using DataForge.Corpus.Python;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Takes personal data and secrets out of a text: finds what looks like one by characters that all of a kind have ('@', a dot between
/// digits, "://", a long run without breaks, …), and only then asks the lexer whether it stands in a string or a comment, so that code
/// stays code. Most texts have nothing, and are not lexed. Serves one text after another.
/// </summary>
internal sealed class Redactor
{
    private const int MaxKeyBlock = 16 << 10;
    private const int ShortestKeyLine = 16;
    private static readonly SearchValues<byte> Triggers = SearchValues.Create("@.:="u8);
    private static readonly SearchValues<byte> Base64 = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/="u8);

    private readonly List<Secret> _found = [];
    private readonly List<Secret> _confirmed = [];

    /// <summary>Replaced so far in the current text, by <see cref="SecretKind"/>.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    private readonly int[] _counts = new int[4];

    /// <summary>What was replaced in the current text, where it stood before; in order.</summary>
    public IReadOnlyList<Secret> Replaced => _confirmed;

    /// <summary>Redacts the text in place; false where there was nothing to do.</summary>
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
        FindAtTriggers(text);
        FindTokens(text);
        FindPrivateKeys(text);
        if (_found.Count > 1)
        {
            // The one that begins first wins, of those the longest; what overlaps it goes.
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

    private void FindAtTriggers(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int next = text[at..].IndexOfAny(Triggers);
            if (next < 0)
            {
                return;
            }

            at += next;
            byte before = at > 0 ? text[at - 1] : (byte)0;
            byte behind = at + 1 < text.Length ? text[at + 1] : (byte)0;
            Secret? secret = null;
            switch (text[at])
            {
                case (byte)'@' when before > ' ':
                    secret = EmailPattern.At(text, at);
                    break;
                case (byte)'.' when char.IsAsciiDigit((char)before) && char.IsAsciiDigit((char)behind):
                    secret = AddressPattern.V4At(text, at);
                    break;
                case (byte)':' when behind == '/':
                    secret = at + 2 < text.Length && text[at + 2] == '/' ? PasswordPattern.InUrl(text, at) : null;
                    break;
                case (byte)':':
                    secret = (behind == ':' || char.IsAsciiHexDigit((char)behind)) && char.IsAsciiHexDigit((char)before)
                        ? AddressPattern.V6At(text, at)
                        : PasswordPattern.InAssignment(text, at);
                    break;
                case (byte)'=':
                    secret = PasswordPattern.InAssignment(text, at);
                    break;
            }

            if (secret is { } found)
            {
                _found.Add(found);
            }

            at++;
        }
    }

    /// <summary>A run of n characters or more covers a multiple of n: the runs around those places are looked at, and no others.</summary>
    private void FindTokens(ReadOnlySpan<byte> text)
    {
        SearchValues<byte> run = TokenPattern.RunBytes;
        for (int probe = TokenPattern.ShortestRun - 1; probe < text.Length;)
        {
            if (!run.Contains(text[probe]))
            {
                probe += TokenPattern.ShortestRun;
                continue;
            }

            int start = probe;
            while (start > 0 && run.Contains(text[start - 1]))
            {
                start--;
            }

            int end = probe + 1;
            while (end < text.Length && run.Contains(text[end]))
            {
                end++;
            }

            if (end - start >= TokenPattern.ShortestRun && TokenPattern.In(text, start, end) is { } secret)
            {
                _found.Add(secret);
            }

            while (probe < end)
            {
                probe += TokenPattern.ShortestRun;
            }
        }
    }

    /// <summary>Blocks between BEGIN and END of a private key (RFC 7468): each run of base64 in them, however the lines are quoted.</summary>
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
                if (i + length - start >= ShortestKeyLine)
                {
                    _found.Add(new Secret(start, i + length, SecretKind.Key));
                }

                i += length;
            }

            at = Math.Max(at, end);
        }
    }

    /// <summary>Keeps what lies within one string or comment.</summary>
    private void Confirm(ReadOnlySpan<byte> text)
    {
        _confirmed.Clear();
        PythonLexer lexer = new(text);
        int next = 0;
        while (next < _found.Count && lexer.Next())
        {
            int end = lexer.Start + lexer.Length;
            bool isText = lexer.Kind is TokenKind.String or TokenKind.Comment or TokenKind.FStringMiddle;
            while (next < _found.Count && _found[next].Start < end)
            {
                if (isText && _found[next].Start >= lexer.Start && _found[next].End <= end)
                {
                    _confirmed.Add(_found[next]);
                }

                next++;
            }
        }
    }
}
