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

        if (_current != Symbol.Except)
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }

        bool stars = Peek() == Symbol.Star && !_python2;
        while (Accept(Symbol.Except))
        {
            if (stars)
            {
                Expect(Symbol.Star);
                AddFeature(SyntaxFeatures.ExceptStar);
            }

            if (_current != Symbol.Colon || stars)
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
                Require(Primary(), TargetKinds.Target);
            }
            else
            {
                ExpectName();
            }
        }
        else if (_current == Symbol.Comma && _python2)
        {
            Advance();
            Require(Expression(), TargetKinds.Target);
        }
        else if (_current == Symbol.Comma)
        {
            AddFeature(SyntaxFeatures.ExceptWithoutParentheses);
            int count = 1;
            TargetKinds last = TargetKinds.None;
            ReadOnlySpan<byte> text = default;
            while (Accept(Symbol.Comma) && _current != Symbol.Colon)
            {
                text = Text(_index);
                last = Expression();
                count++;
            }

            // Of two, 2.7 binds the second and 3.14 catches it. A name in CamelCase is taken for a class, which is caught.
            MayBePython2 |= count == 2 && (last & TargetKinds.Target) != 0 && !((last & TargetKinds.Name) != 0 && IsCamelCase(text));
        }
    }

    private static bool IsCamelCase(ReadOnlySpan<byte> name) =>
        char.IsAsciiLetterUpper((char)name[0]) && name.IndexOfAnyInRange((byte)'a', (byte)'z') >= 0;
}
