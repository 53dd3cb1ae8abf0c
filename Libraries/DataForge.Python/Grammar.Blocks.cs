namespace DataForge.Python;

/// <summary>Compound statements and their blocks.</summary>
internal ref partial struct Grammar
{
    private void Block(bool docstring = false)
    {
        Expect(Symbol.Colon);
        if (_current != Symbol.Newline)
        {
            if (docstring)
            {
                Docstring();
            }

            SimpleStatements();
            return;
        }

        Advance();
        if (_current != Symbol.Indent)
        {
            Fail(SyntaxErrorKind.ExpectedBlock);
        }

        Advance();
        if (docstring)
        {
            Docstring();
        }

        do
        {
            Statement();
        }
        while (_current is not (Symbol.Dedent or Symbol.EndOfFile));
        Expect(Symbol.Dedent);
    }

    /// <summary>Records the strings that a block's first statement consists of, if it is a docstring; the cursor does not move.</summary>
    private readonly void Docstring()
    {
        int end = _index;
        while ((Symbol)_symbols[end] == Symbol.String)
        {
            end++;
        }

        if (end > _index && (Symbol)_symbols[end] is Symbol.Newline or Symbol.Semicolon)
        {
            _facts.AddDocstring(Start, (int)(_spans[end - 1] >> 32));
        }
    }

    private void If()
    {
        do
        {
            Advance();
            NamedExpression();
            Block();
        }
        while (_current == Symbol.Elif);
        OptionalElse();
    }

    private void OptionalElse()
    {
        if (Accept(Symbol.Else))
        {
            Block();
        }
    }

    private void While()
    {
        Advance();
        NamedExpression();
        Block();
        OptionalElse();
    }

    private void For()
    {
        Advance();
        Targets();
        Expect(Symbol.In);
        StarExpressions();
        Block();
        OptionalElse();
    }

    private void With()
    {
        Advance();
        bool inParentheses = _current == Symbol.LeftParen && !_python2 && HasAsInParentheses();
        if (inParentheses)
        {
            AddFeature(SyntaxFeatures.ParenthesizedWith);
            Advance();
        }

        do
        {
            Expression();
            if (Accept(Symbol.As))
            {
                Target();
            }
        }
        while (Accept(Symbol.Comma) && !(inParentheses && _current == Symbol.RightParen));
        if (inParentheses)
        {
            Expect(Symbol.RightParen);
        }

        Block();
    }

    /// <summary>
    /// Whether the parentheses at the cursor have their own <c>as</c>. Then they belong to the statement; otherwise their content can
    /// be read as an expression. Called once per statement and searches at most to its end, so the time stays linear.
    /// </summary>
    private readonly bool HasAsInParentheses()
    {
        int depth = 0;
        for (int i = _index; i < _symbols.Length; i++)
        {
            switch ((Symbol)_symbols[i])
            {
                case Symbol.LeftParen or Symbol.LeftBracket or Symbol.LeftBrace:
                    depth++;
                    break;
                case Symbol.RightParen or Symbol.RightBracket or Symbol.RightBrace:
                    depth--;
                    if (depth == 0)
                    {
                        return false;
                    }

                    break;
                case Symbol.As when depth == 1:
                    return true;
            }
        }

        return false;
    }

    private void Async()
    {
        Advance();
        switch (_current)
        {
            case Symbol.Def:
                Function();
                return;
            case Symbol.For:
                For();
                return;
            case Symbol.With:
                With();
                return;
            default:
                Fail(SyntaxErrorKind.UnexpectedToken);
                return;
        }
    }

    private void Decorated()
    {
        while (Accept(Symbol.At))
        {
            if (_python2)
            {
                Python2Decorator();
            }
            else
            {
                NamedExpression();
            }

            Expect(Symbol.Newline);
        }

        if (_current == Symbol.Async)
        {
            Advance();
            if (_current == Symbol.Class)
            {
                Fail(SyntaxErrorKind.UnexpectedToken);
            }
        }

        if (_current == Symbol.Class)
        {
            Class();
        }
        else if (_current == Symbol.Def)
        {
            Function();
        }
        else
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }
    }

    private void Function()
    {
        Advance();
        ExpectName();
        OptionalTypeParameters();
        Expect(Symbol.LeftParen);
        Parameters(Symbol.RightParen);
        Expect(Symbol.RightParen);
        if (_current == Symbol.Arrow && !_python2)
        {
            Advance();
            Expression();
        }

        Block(docstring: true);
    }

    private void Class()
    {
        Advance();
        ExpectName();
        OptionalTypeParameters();
        if (_current == Symbol.LeftParen)
        {
            if (_python2)
            {
                Python2Bases();
            }
            else
            {
                Arguments(generator: false);
            }
        }

        Block(docstring: true);
    }
}
