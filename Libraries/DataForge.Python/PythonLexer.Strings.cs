using System.Buffers;
using System.Text;

namespace DataForge.Python;

/// <summary>String and bytes literals, https://docs.python.org/3.14/reference/lexical_analysis.html#string-and-bytes-literals.</summary>
public ref partial struct PythonLexer
{
    private static readonly SearchValues<byte> SingleQuotedStringStops = SearchValues.Create("'\\\n\r"u8);
    private static readonly SearchValues<byte> DoubleQuotedStringStops = SearchValues.Create("\"\\\n\r"u8);

    [Flags]
    private enum Prefix : byte
    {
        None = 0,
        Raw = 1,
        Bytes = 2,
        Unicode = 4,
        Format = 8,
        Template = 16,
    }

    /// <summary>The length of a string's prefix that may begin here; 0 if no string follows.</summary>
    private readonly int StringPrefixLength(int at)
    {
        byte second = Peek(at + 1);
        if (second is (byte)'"' or (byte)'\'')
        {
            return (_options & LexerOptions.Python2) == 0 || LetterOf(_source[at]) < Prefix.Format ? 1 : 0;
        }

        if (Peek(at + 2) is not ((byte)'"' or (byte)'\''))
        {
            return 0;
        }

        Prefix both = LetterOf(_source[at]) | LetterOf(second);
        bool valid = (_options & LexerOptions.Python2) == 0
            ? both is (Prefix.Raw | Prefix.Bytes) or (Prefix.Raw | Prefix.Format) or (Prefix.Raw | Prefix.Template)
            : both is (Prefix.Raw | Prefix.Bytes) or (Prefix.Raw | Prefix.Unicode) && LetterOf(second) == Prefix.Raw;
        return valid ? 2 : 0;
    }

    private static Prefix LetterOf(byte letter) => (char)(letter | 0x20) switch
    {
        'r' => Prefix.Raw,
        'b' => Prefix.Bytes,
        'u' => Prefix.Unicode,
        'f' => Prefix.Format,
        't' => Prefix.Template,
        _ => Prefix.None,
    };

    private Symbol ScanString(int start, int prefixLength)
    {
        Prefix prefix = prefixLength switch
        {
            0 => Prefix.None,
            1 => LetterOf(_source[start]),
            _ => LetterOf(_source[start]) | LetterOf(_source[start + 1]),
        };
        int quote = start + prefixLength;
        byte mark = _source[quote];
        bool triple = Peek(quote + 1) == mark && Peek(quote + 2) == mark;
        if ((prefix & (Prefix.Format | Prefix.Template)) != 0)
        {
            return StartFString(start, quote, triple, prefix);
        }

        return triple ? ScanTripleQuoted(start, quote, prefix) : ScanSingleQuoted(start, quote, prefix);
    }

    private Symbol ScanSingleQuoted(int start, int quote, Prefix prefix)
    {
        ReadOnlySpan<byte> source = _source;
        byte mark = source[quote];
        SearchValues<byte> stops = mark == '"' ? DoubleQuotedStringStops : SingleQuotedStringStops;
        bool escapes = false;
        int at = quote + 1;
        while (true)
        {
            int length = at < source.Length ? source[at..].IndexOfAny(stops) : -1;
            if (length < 0)
            {
                return Fail(SyntaxErrorKind.UnterminatedString, start, source.Length);
            }

            at += length;
            byte found = source[at];
            if (found == mark)
            {
                return EndOfString(start, quote + 1, at, at + 1, prefix, escapes);
            }

            if (found != '\\')
            {
                return Fail(SyntaxErrorKind.UnterminatedString, start, at);
            }

            escapes = true;
            at = EscapeEnd(at);
        }
    }

    private Symbol ScanTripleQuoted(int start, int quote, Prefix prefix)
    {
        ReadOnlySpan<byte> source = _source;
        byte mark = source[quote];
        ref bool isUnterminated = ref mark == '"' ? ref _noTripleDouble : ref _noTripleSingle;
        bool escapes = false;
        int at = quote + 3;
        while (!isUnterminated)
        {
            int length = at < source.Length ? source[at..].IndexOfAny(mark, (byte)'\\') : -1;
            if (length < 0)
            {
                break;
            }

            at += length;
            if (source[at] == '\\')
            {
                escapes = true;
                at = EscapeEnd(at);
            }
            else if (Peek(at + 1) == mark && Peek(at + 2) == mark)
            {
                return EndOfString(start, quote + 3, at, at + 3, prefix, escapes);
            }
            else
            {
                at++;
            }
        }

        // Lexing continues after the quotes, which may be the end of a string whose beginning was missed. The following quotes of this kind
        // are not searched again, so that a source full of them does not take quadratic time.
        isUnterminated = true;
        return Fail(SyntaxErrorKind.UnterminatedTripleQuotedString, start, quote + 3);
    }

    /// <summary>The offset after a backslash and the character that it escapes; CR LF is one character.</summary>
    private readonly int EscapeEnd(int backslash) =>
        Peek(backslash + 1) == '\r' && Peek(backslash + 2) == '\n' ? backslash + 3 : backslash + 2;

    private Symbol EndOfString(int start, int textStart, int textEnd, int end, Prefix prefix, bool escapes)
    {
        ReadOnlySpan<byte> text = _source[textStart..textEnd];
        bool python2 = (_options & LexerOptions.Python2) != 0;
        bool bytes = (prefix & Prefix.Bytes) != 0;
        if (bytes && !python2 && !Ascii.IsValid(text))
        {
            return Fail(SyntaxErrorKind.NonAsciiBytes, start, end);
        }

        if (escapes)
        {
            bool plainBytes = bytes || (python2 && (prefix & Prefix.Unicode) == 0 && (_options & LexerOptions.UnicodeLiterals) == 0);
            bool valid = (prefix & Prefix.Raw) == 0
                ? plainBytes ? StringEscapes.AreValidBytes(text) : StringEscapes.AreValidText(text)
                : (prefix & Prefix.Unicode) == 0 || StringEscapes.AreValidRawUnicode(text);
            if (!valid)
            {
                return Fail(SyntaxErrorKind.InvalidEscape, start, end);
            }
        }

        return Token(bytes ? Symbol.Bytes : Symbol.String, start, end);
    }
}
