namespace DataForge.Python;

/// <summary>The match statement, https://docs.python.org/3.14/reference/compound_stmts.html#the-match-statement.</summary>
internal ref partial struct Grammar
{
    /// <summary>
    /// <c>match</c> is a keyword only where a subject, a colon at the end of the line and an indented <c>case</c> follow. No simple
    /// statement ends with a colon, so the tokens decide. Called at most once per line, since only its first word can be the keyword.
    /// </summary>
    private readonly bool IsMatchStatement()
    {
        if (!StartsExpression(Peek()))
        {
            return false;
        }

        int length = _symbols[_index..].IndexOf((byte)Symbol.Newline);
        return length > 0 && Peek(length - 1) == Symbol.Colon && Peek(length + 1) == Symbol.Indent && Peek(length + 2) == Symbol.Case;
    }

    private void Match()
    {
        AddFeature(SyntaxFeatures.Match);
        Advance();
        bool starred = _current == Symbol.Star;
        StarNamedExpression();
        if (starred && _current != Symbol.Comma)
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }

        while (Accept(Symbol.Comma) && _current != Symbol.Colon)
        {
            StarNamedExpression();
        }

        Expect(Symbol.Colon);
        Expect(Symbol.Newline);
        Expect(Symbol.Indent);
        do
        {
            Expect(Symbol.Case);
            Patterns();
            if (Accept(Symbol.If))
            {
                NamedExpression();
            }

            Block();
        }
        while (_current is not (Symbol.Dedent or Symbol.EndOfFile));
        Expect(Symbol.Dedent);
    }

    /// <summary>A pattern, or several separated by commas without brackets.</summary>
    private void Patterns()
    {
        bool starred = MaybeStarPattern();
        if (starred && _current != Symbol.Comma)
        {
            Fail(SyntaxErrorKind.InvalidPattern);
        }

        while (Accept(Symbol.Comma) && _current is not (Symbol.Colon or Symbol.If))
        {
            MaybeStarPattern();
        }
    }

    private bool MaybeStarPattern()
    {
        if (!Accept(Symbol.Star))
        {
            Pattern();
            return false;
        }

        if (_current == Symbol.Underscore)
        {
            Advance();
        }
        else
        {
            CaptureTarget();
        }

        return true;
    }

    private void Pattern()
    {
        if (++_depth > MaxDepth)
        {
            Fail(SyntaxErrorKind.TooComplex);
        }

        ClosedPattern();
        while (Accept(Symbol.Bar))
        {
            ClosedPattern();
        }

        if (Accept(Symbol.As))
        {
            CaptureTarget();
        }

        _depth--;
    }

    private void CaptureTarget()
    {
        if (!Symbols.IsName(_current) || _current == Symbol.Underscore || Peek() is Symbol.Dot or Symbol.LeftParen or Symbol.Equal)
        {
            Fail(SyntaxErrorKind.InvalidPattern);
        }

        Advance();
    }

    private void ClosedPattern()
    {
        switch (_current)
        {
            case Symbol.LeftParen:
                SequencePattern(Symbol.RightParen);
                return;
            case Symbol.LeftBracket:
                SequencePattern(Symbol.RightBracket);
                return;
            case Symbol.LeftBrace:
                MappingPattern();
                return;
            case Symbol.Underscore:
                Advance();
                return;
            default:
                if (Symbols.IsName(_current))
                {
                    NamePattern();
                }
                else
                {
                    LiteralPattern();
                }

                return;
        }
    }

    private void LiteralPattern()
    {
        switch (_current)
        {
            case Symbol.None or Symbol.True or Symbol.False:
                Advance();
                return;
            case Symbol.String or Symbol.Bytes or Symbol.FStringStart or Symbol.TStringStart:
                Strings();
                return;
        }

        Accept(Symbol.Minus);
        bool real = _current == Symbol.Number;
        if (!real && _current != Symbol.Imaginary)
        {
            Fail(SyntaxErrorKind.InvalidPattern);
        }

        Advance();
        if (_current is Symbol.Plus or Symbol.Minus)
        {
            Advance();
            if (!real || _current != Symbol.Imaginary)
            {
                Fail(SyntaxErrorKind.InvalidPattern);
            }

            Advance();
        }
    }

    /// <summary>A capture, a dotted value, or a class with patterns in parentheses.</summary>
    private void NamePattern()
    {
        if (Peek() is not (Symbol.Dot or Symbol.LeftParen))
        {
            CaptureTarget();
            return;
        }

        DottedName();
        if (_current == Symbol.Equal)
        {
            Fail(SyntaxErrorKind.InvalidPattern);
        }

        if (!Accept(Symbol.LeftParen))
        {
            return;
        }

        bool keywords = false;
        while (_current != Symbol.RightParen)
        {
            if (Symbols.IsName(_current) && Peek() == Symbol.Equal)
            {
                keywords = true;
                Advance();
                Advance();
            }
            else if (keywords)
            {
                Fail(SyntaxErrorKind.InvalidPattern);
            }

            Pattern();
            if (!Accept(Symbol.Comma))
            {
                break;
            }
        }

        Expect(Symbol.RightParen);
    }

    private void SequencePattern(Symbol closing)
    {
        Advance();
        bool loneStar = false;
        bool comma = false;
        while (_current != closing)
        {
            loneStar = MaybeStarPattern() && !comma;
            if (!Accept(Symbol.Comma))
            {
                break;
            }

            comma = true;
            loneStar = false;
        }

        if (loneStar && closing == Symbol.RightParen)
        {
            Fail(SyntaxErrorKind.InvalidPattern);
        }

        Expect(closing);
    }

    private void MappingPattern()
    {
        Advance();
        while (_current != Symbol.RightBrace)
        {
            if (Accept(Symbol.DoubleStar))
            {
                CaptureTarget();
                Accept(Symbol.Comma);
                break;
            }

            if (Symbols.IsName(_current))
            {
                if (Peek() != Symbol.Dot)
                {
                    Fail(SyntaxErrorKind.InvalidPattern);
                }

                DottedName();
            }
            else
            {
                LiteralPattern();
            }

            Expect(Symbol.Colon);
            Pattern();
            if (!Accept(Symbol.Comma))
            {
                break;
            }
        }

        Expect(Symbol.RightBrace);
    }
}
