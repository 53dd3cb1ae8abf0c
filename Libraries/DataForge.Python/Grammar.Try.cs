namespace DataForge.Python;

/// <summary>The try statement, with what 3.11 (<c>except*</c>) and 3.14 (<c>except A, B:</c>) added to it.</summary>
internal ref partial struct Grammar
{
    private void Try()
    {
        Advance();
        Block();
        if (Accept(Symbol.Finally))
        {
            Block();
            return;
        }

        if (_now != Symbol.Except)
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }

        bool stars = Peek() == Symbol.Star && !_python2;
        while (Accept(Symbol.Except))
        {
            if (stars)
            {
                Expect(Symbol.Star);
                Note(SyntaxFeatures.ExceptStar);
            }

            if (_now != Symbol.Colon || stars)
            {
                ExceptClause();
            }

            Block();
        }

        OptionalElse();
        if (Accept(Symbol.Finally))
        {
            Block();
        }
    }

    private void ExceptClause()
    {
        Expression();
        if (Accept(Symbol.As))
        {
            if (_python2)
            {
                Require(Primary(), Shape.Target);
            }
            else
            {
                ExpectName();
            }
        }
        else if (_now == Symbol.Comma && _python2)
        {
            Advance();
            Require(Expression(), Shape.Target);
        }
        else if (_now == Symbol.Comma)
        {
            Note(SyntaxFeatures.ExceptWithoutParentheses);
            int count = 1;
            Shape last = Shape.None;
            ReadOnlySpan<byte> text = default;
            while (Accept(Symbol.Comma) && _now != Symbol.Colon)
            {
                text = Text(_at);
                last = Expression();
                count++;
            }

            // 2.7 binds the second of two, 3.14 catches it. A name written like a class's is taken for one.
            MayBePython2 |= count == 2 && (last & Shape.Target) != 0 && !((last & Shape.Name) != 0 && IsCamelCase(text));
        }
    }

    private static bool IsCamelCase(ReadOnlySpan<byte> name) =>
        char.IsAsciiLetterUpper((char)name[0]) && name.IndexOfAnyInRange((byte)'a', (byte)'z') >= 0;
}
