using System.Buffers;
using System.Runtime.CompilerServices;

namespace DataForge.Python;

/// <summary>
/// f-strings (PEP 701) and t-strings (PEP 750): literal text alternates with fields. A field has tokens, which may be f-strings again, and
/// after a colon its format: literal text that may have fields. One frame per open f-string states where in it the lexer is.
/// </summary>
public ref partial struct PythonLexer
{
    /// <summary>CPython's MAXFSTRINGLEVEL: one more than the f-strings that may be open at a time.</summary>
    private const int MaxFrames = 150;

    /// <summary>CPython's MAX_EXPR_NESTING: fields nested in formats of fields.</summary>
    private const int MaxFields = 3;

    private static readonly SearchValues<byte> SingleQuoteStops = SearchValues.Create("'\\{}\n\r"u8);
    private static readonly SearchValues<byte> DoubleQuoteStops = SearchValues.Create("\"\\{}\n\r"u8);
    private static readonly SearchValues<byte> TripleSingleQuoteStops = SearchValues.Create("'\\{}"u8);
    private static readonly SearchValues<byte> TripleDoubleQuoteStops = SearchValues.Create("\"\\{}"u8);

    private struct Frame
    {
        /// <summary>Brackets that were open where the f-string began.</summary>
        public short Level;

        /// <summary>Open fields, each in the format of the one before; 0 to <see cref="MaxFields"/>.</summary>
        public byte Fields;

        /// <summary>The quote character.</summary>
        public byte Quote;

        /// <summary>Whether the string is triple-quoted.</summary>
        public bool Triple;

        /// <summary>Whether backslashes are literal.</summary>
        public bool Raw;

        /// <summary>Whether the lexer is between the colon of a field and the first field of its format, or its end.</summary>
        public bool InFormat;

        /// <summary>
        /// Whether the lexer is in literal text, of the f-string itself or of a format, and not in the tokens of a field.
        /// </summary>
        public bool InLiteral;
    }

    [InlineArray(MaxFrames)]
    private struct FrameStack
    {
        private Frame _element;
    }

    private Symbol StartFString(int start, int quote, bool triple, Prefix prefix)
    {
        int end = quote + (triple ? 3 : 1);
        if (_frames + 1 >= MaxFrames)
        {
            return Fail(SyntaxErrorKind.NestedTooDeep, start, end);
        }

        _frameStack[_frames++] = new Frame
        {
            Level = (short)_level,
            Quote = _source[quote],
            Triple = triple,
            Raw = (prefix & Prefix.Raw) != 0,
            InLiteral = true,
        };
        return Token((prefix & Prefix.Template) != 0 ? Symbol.TStringStart : Symbol.FStringStart, start, end);
    }

    /// <summary>Reads the rest of an f-string after its first token; an error in it makes the part read so far an error.</summary>
    private Symbol ScanWholeFString()
    {
        int start = _start;
        int outer = _frames - 1;
        while (true)
        {
            Symbol symbol = Scan();
            if (symbol == Symbol.Error)
            {
                _frames = Math.Min(_frames, outer);
                _level = Math.Min(_level, outer < 0 ? 0 : _frameStack[outer].Level);
                return Token(Symbol.Error, start, _position);
            }

            if (_frames == outer)
            {
                return Token(Symbol.String, start, _position);
            }
        }
    }

    /// <summary>Reads the next token of literal text; <see cref="Symbol.EndOfFile"/> where a field's tokens come next.</summary>
    private Symbol ScanFStringLiteral()
    {
        ReadOnlySpan<byte> source = _source;
        ref Frame frame = ref _frameStack[_frames - 1];
        SearchValues<byte> stops = frame.Quote == '"'
            ? frame.Triple ? TripleDoubleQuoteStops : DoubleQuoteStops
            : frame.Triple ? TripleSingleQuoteStops : SingleQuoteStops;
        int start = _position;
        int at = start;
        bool escapes = false;
        while (true)
        {
            int length = at < source.Length ? source[at..].IndexOfAny(stops) : -1;
            if (length < 0)
            {
                SyntaxErrorKind error = frame.Triple ? SyntaxErrorKind.UnterminatedTripleQuotedString : SyntaxErrorKind.UnterminatedString;
                return Abandon(ref frame, error, start, source.Length);
            }

            at += length;
            byte found = source[at];
            byte next = Peek(at + 1);
            if (found == '\\')
            {
                escapes = true;
                at = AfterFStringEscape(at, frame.Raw);
            }
            else if (found == frame.Quote)
            {
                if (frame.Triple && !(next == found && Peek(at + 2) == found))
                {
                    at++;
                    continue;
                }

                if (at > start)
                {
                    return Middle(start, at, escapes && !frame.Raw);
                }

                if (frame.Fields > 0)
                {
                    // The quotes end the string within a format: its field is not closed.
                    return Abandon(ref frame, SyntaxErrorKind.UnclosedBracket, start, at + (frame.Triple ? 3 : 1));
                }

                _frames--;
                return Token(Symbol.FStringEnd, start, at + (frame.Triple ? 3 : 1));
            }
            else if (found is (byte)'{' or (byte)'}')
            {
                // A doubled brace is a literal one, but not in a format; there, an opening one is after the first field.
                if (next == found && (frame.Fields == 0 || (found == '{' && !frame.InFormat)))
                {
                    at += 2;
                    continue;
                }

                return at > start ? Middle(start, at, escapes && !frame.Raw) : Brace(ref frame, at, found);
            }
            else
            {
                // A line break; it ends the string in a field's format as well (3.12 and 3.13 accept it there).
                return Abandon(ref frame, SyntaxErrorKind.UnterminatedString, start, at);
            }
        }
    }

    private Symbol Brace(ref Frame frame, int at, byte brace)
    {
        if (brace == '{')
        {
            if (frame.Fields >= MaxFields)
            {
                return Abandon(ref frame, SyntaxErrorKind.NestedTooDeep, at, at + 1);
            }

            Symbol open = ScanOpen(at, brace);
            if (open != Symbol.Error)
            {
                frame.Fields++;
                frame.InLiteral = false;
            }

            return open;
        }

        if (frame.Fields == 0)
        {
            return Fail(SyntaxErrorKind.SingleCloseBrace, at, at + 1);
        }

        frame.InLiteral = false;
        return Symbol.EndOfFile;
    }

    /// <summary>The offset after a backslash. The name in <c>\N{…}</c> is not a field; a backslash does not escape a brace.</summary>
    private readonly int AfterFStringEscape(int backslash, bool raw)
    {
        byte next = Peek(backslash + 1);
        if (next is (byte)'{' or (byte)'}')
        {
            return backslash + 1;
        }

        if (!raw && next == 'N' && Peek(backslash + 2) == '{')
        {
            int name = backslash + 3;
            int length = _source[name..].IndexOfAny("}{'\"\n\r"u8);
            return length >= 0 && _source[name + length] == '}' ? name + length + 1 : name;
        }

        return EscapeEnd(backslash);
    }

    private Symbol Middle(int start, int end, bool escapes) =>
        escapes && !StringEscapes.AreValidText(_source[start..end])
            ? Fail(SyntaxErrorKind.InvalidEscape, start, end)
            : Token(Symbol.FStringMiddle, start, end);

    /// <summary>Leaves an f-string that cannot be ended; lexing continues outside it.</summary>
    private Symbol Abandon(ref Frame frame, SyntaxErrorKind error, int start, int end)
    {
        _level = frame.Level;
        _frames--;
        return Fail(error, start, end);
    }
}
