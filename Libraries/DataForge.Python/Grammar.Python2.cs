namespace DataForge.Python;

/// <summary>What differs in Python 2.7's grammar, https://docs.python.org/2.7/reference/grammar.html.</summary>
internal ref partial struct Grammar
{
    /// <summary><c>print a, b,</c> or <c>print &gt;&gt;file, a</c></summary>
    private void Print()
    {
        Advance();
        if (Accept(Symbol.RightShift))
        {
            Expression();
            if (Accept(Symbol.Comma))
            {
                StarExpressions();
            }
        }
        else if (!AtStatementEnd)
        {
            StarExpressions();
        }
    }

    /// <summary><c>exec code in globals, locals</c></summary>
    private void Exec()
    {
        Advance();
        Operations(bitwise: true);
        if (Accept(Symbol.In))
        {
            Expression();
            if (Accept(Symbol.Comma))
            {
                Expression();
            }
        }
    }

    /// <summary><c>`a, b`</c></summary>
    private void Backquoted()
    {
        Advance();
        Expression();
        while (Accept(Symbol.Comma))
        {
            Expression();
        }

        Expect(Symbol.Backquote);
    }

    private void Python2Decorator()
    {
        DottedName();
        if (_current == Symbol.LeftParen)
        {
            Python2Arguments();
        }
    }

    private void Python2Bases()
    {
        Advance();
        if (_current != Symbol.RightParen)
        {
            StarExpressions();
        }

        Expect(Symbol.RightParen);
    }

    /// <summary>After <c>*</c> only keyword arguments and <c>**</c> may follow; after <c>**</c> nothing, not even a comma.</summary>
    private void Python2Arguments()
    {
        Advance();
        bool keywords = false;
        bool star = false;
        bool generator = false;
        int count = 0;
        while (_current != Symbol.RightParen)
        {
            count += _current is Symbol.Star or Symbol.DoubleStar ? 0 : 1;
            if (AtName && Peek() == Symbol.Equal)
            {
                Advance();
                Advance();
                Expression();
                keywords = true;
            }
            else if (_current == Symbol.Star && !star)
            {
                Advance();
                Expression();
                star = true;
                if (Peek() == Symbol.RightParen && _current == Symbol.Comma)
                {
                    Fail(SyntaxErrorKind.InvalidArguments);
                }
            }
            else if (Accept(Symbol.DoubleStar))
            {
                Expression();
                break;
            }
            else
            {
                if (keywords || star)
                {
                    Fail(SyntaxErrorKind.InvalidArguments);
                }

                Expression();
                if (AtComprehension)
                {
                    generator = true;
                    Comprehension();
                }
            }

            if (!Accept(Symbol.Comma))
            {
                break;
            }

            if (star && _current == Symbol.RightParen)
            {
                Fail(SyntaxErrorKind.InvalidArguments);
            }
        }

        if (generator && count > 1)
        {
            Fail(SyntaxErrorKind.InvalidArguments);
        }

        Expect(Symbol.RightParen);
    }

    private void Python2Parameters(Symbol closing)
    {
        bool defaults = false;
        while (_current != closing)
        {
            if (Accept(Symbol.DoubleStar))
            {
                ExpectName();
                return;
            }

            if (Accept(Symbol.Star))
            {
                ExpectName();
                if (Accept(Symbol.Comma))
                {
                    Expect(Symbol.DoubleStar);
                    ExpectName();
                }

                return;
            }

            ParameterPattern();
            if (Accept(Symbol.Equal))
            {
                Expression();
                defaults = true;
            }
            else if (defaults)
            {
                Fail(SyntaxErrorKind.InvalidArguments);
            }

            if (!Accept(Symbol.Comma))
            {
                return;
            }
        }
    }

    /// <summary>A name, or names in parentheses: <c>def f(a, (b, c)):</c></summary>
    private void ParameterPattern()
    {
        if (!Accept(Symbol.LeftParen))
        {
            ExpectName();
            return;
        }

        do
        {
            ParameterPattern();
        }
        while (Accept(Symbol.Comma) && _current != Symbol.RightParen);
        Expect(Symbol.RightParen);
    }

    /// <summary><c>[x for x in 1, 2 if lambda: x]</c>: the iterable of a list comprehension needs no parentheses.</summary>
    private void Python2ListComprehension()
    {
        while (Accept(Symbol.For))
        {
            Targets();
            Expect(Symbol.In);
            Python2OldTest();
            if (Accept(Symbol.Comma))
            {
                do
                {
                    Python2OldTest();
                }
                while (Accept(Symbol.Comma) && StartsExpression(_current));
            }

            while (Accept(Symbol.If))
            {
                Python2OldTest();
            }
        }
    }

    /// <summary>old_test: not a conditional expression; a lambda is allowed, whose body is again an old_test.</summary>
    private void Python2OldTest()
    {
        while (_current == Symbol.Lambda)
        {
            Advance();
            Parameters(Symbol.Colon);
            Expect(Symbol.Colon);
        }

        Operations(bitwise: false);
    }
}
