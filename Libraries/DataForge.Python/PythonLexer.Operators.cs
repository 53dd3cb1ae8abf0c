namespace DataForge.Python;

/// <summary>Brackets, operators and delimiters.</summary>
public ref partial struct PythonLexer
{
    private Symbol ScanOpen(int at, byte bracket)
    {
        if (_level >= MaxBrackets)
        {
            return Fail(SyntaxErrorKind.TooManyBrackets, at, at + 1);
        }

        _brackets[_level++] = bracket;
        return Token(bracket == '(' ? Symbol.LeftParen : bracket == '[' ? Symbol.LeftBracket : Symbol.LeftBrace, at, at + 1);
    }

    private Symbol ScanClose(int at, byte bracket)
    {
        byte open = bracket == ')' ? (byte)'(' : bracket == ']' ? (byte)'[' : (byte)'{';
        int floor = _frames > 0 ? _frameStack[_frames - 1].Level : 0;
        if (_level <= floor || _brackets[_level - 1] != open)
        {
            return Fail(SyntaxErrorKind.UnmatchedBracket, at, at + 1);
        }

        _level--;
        if (_frames > 0)
        {
            // After the brace that closes a field, literal text continues: of the string, or of the format that has the field.
            ref Frame frame = ref _frameStack[_frames - 1];
            if (_level == frame.Level + frame.Fields - 1)
            {
                frame.Fields--;
                frame.InLiteral = true;
                frame.InFormat = false;
            }
        }

        return Token(bracket == ')' ? Symbol.RightParen : bracket == ']' ? Symbol.RightBracket : Symbol.RightBrace, at, at + 1);
    }

    private Symbol ScanOperator(int at, byte first)
    {
        byte second = Peek(at + 1);
        bool equal = second == '=';
        switch ((char)first)
        {
            case ',':
                return Token(Symbol.Comma, at, at + 1);
            case '=':
                return equal ? Token(Symbol.EqualEqual, at, at + 2) : Token(Symbol.Equal, at, at + 1);
            case ':':
                if (_frames > 0)
                {
                    // Outside a field's brackets the colon begins the format, even where = follows.
                    ref Frame frame = ref _frameStack[_frames - 1];
                    if (_level == frame.Level + frame.Fields)
                    {
                        frame.InLiteral = true;
                        frame.InFormat = true;
                        return Token(Symbol.FieldColon, at, at + 1);
                    }
                }

                return equal ? Token(Symbol.ColonEqual, at, at + 2) : Token(Symbol.Colon, at, at + 1);
            case '-':
                return second == '>' ? Token(Symbol.Arrow, at, at + 2) : Augmentable(at, equal, Symbol.Minus, Symbol.MinusEqual);
            case '+':
                return Augmentable(at, equal, Symbol.Plus, Symbol.PlusEqual);
            case '*':
                return second == '*'
                    ? DoubleAugmentable(at, Symbol.DoubleStar, Symbol.DoubleStarEqual)
                    : Augmentable(at, equal, Symbol.Star, Symbol.StarEqual);
            case '/':
                return second == '/'
                    ? DoubleAugmentable(at, Symbol.DoubleSlash, Symbol.DoubleSlashEqual)
                    : Augmentable(at, equal, Symbol.Slash, Symbol.SlashEqual);
            case '%':
                return Augmentable(at, equal, Symbol.Percent, Symbol.PercentEqual);
            case '@':
                return Augmentable(at, equal, Symbol.At, Symbol.AtEqual);
            case '&':
                return Augmentable(at, equal, Symbol.Ampersand, Symbol.AmpersandEqual);
            case '|':
                return Augmentable(at, equal, Symbol.Bar, Symbol.BarEqual);
            case '^':
                return Augmentable(at, equal, Symbol.Caret, Symbol.CaretEqual);
            case '<':
                return second == '<' ? DoubleAugmentable(at, Symbol.LeftShift, Symbol.LeftShiftEqual)
                    : second == '>' ? Token(Symbol.LessGreater, at, at + 2)
                    : Augmentable(at, equal, Symbol.Less, Symbol.LessEqual);
            case '>':
                return second == '>'
                    ? DoubleAugmentable(at, Symbol.RightShift, Symbol.RightShiftEqual)
                    : Augmentable(at, equal, Symbol.Greater, Symbol.GreaterEqual);
            case '!':
                return Augmentable(at, equal, Symbol.Exclamation, Symbol.NotEqual);
            case ';':
                return Token(Symbol.Semicolon, at, at + 1);
            case '~':
                return Token(Symbol.Tilde, at, at + 1);
            default:
                return Token(Symbol.Backquote, at, at + 1);
        }
    }

    private Symbol Augmentable(int at, bool equal, Symbol plain, Symbol augmented) =>
        equal ? Token(augmented, at, at + 2) : Token(plain, at, at + 1);

    private Symbol DoubleAugmentable(int at, Symbol plain, Symbol augmented) =>
        Peek(at + 2) == '=' ? Token(augmented, at, at + 3) : Token(plain, at, at + 2);
}
