namespace DataForge.Python;

/// <summary>Arguments of calls and parameters of functions: lists whose order has rules.</summary>
internal ref partial struct Grammar
{
    /// <summary>
    /// From the opening parenthesis to the closing one. Behind the first keyword argument come no positional ones, behind the first
    /// <c>**</c> no <c>*</c> either. A generator expression without parentheses stands alone.
    /// </summary>
    private void Arguments(bool generator)
    {
        if (_python2)
        {
            Python2Arguments();
            return;
        }

        Advance();
        bool first = true;
        bool keywords = false;
        bool doubleStars = false;
        while (_now != Symbol.RightParen)
        {
            if (Symbols.IsName(_now) && Peek() == Symbol.Equal)
            {
                Advance();
                Advance();
                Expression();
                keywords = true;
            }
            else if (_now == Symbol.Star)
            {
                if (doubleStars)
                {
                    Fail(SyntaxErrorKind.InvalidArguments);
                }

                Advance();
                Expression();
            }
            else if (Accept(Symbol.DoubleStar))
            {
                Expression();
                doubleStars = true;
            }
            else
            {
                if (keywords || doubleStars)
                {
                    Fail(SyntaxErrorKind.InvalidArguments);
                }

                NamedExpression();
                if (first && generator && AtComprehension)
                {
                    Comprehension();
                    break;
                }
            }

            first = false;
            if (!Accept(Symbol.Comma))
            {
                break;
            }
        }

        Expect(Symbol.RightParen);
    }

    /// <summary>
    /// Parameters of a function, up to its closing parenthesis, or of a lambda, up to its colon, which stays: positional-only ones and
    /// <c>/</c>, others, <c>*</c> or <c>*args</c>, keyword-only ones, <c>**kwargs</c>. Before the star none without default follows one
    /// with.
    /// </summary>
    private void Parameters(Symbol closing)
    {
        if (_python2)
        {
            Python2Parameters(closing);
            return;
        }

        bool annotated = closing == Symbol.RightParen;
        bool slash = false;
        bool star = false;
        bool defaults = false;
        for (int count = 0; _now != closing; count++)
        {
            if (Symbols.IsName(_now))
            {
                Parameter(annotated);
                if (Accept(Symbol.Equal))
                {
                    Expression();
                    defaults = true;
                }
                else if (defaults && !star)
                {
                    Fail(SyntaxErrorKind.InvalidArguments);
                }
            }
            else if (_now == Symbol.Star && !star)
            {
                star = true;
                Advance();
                if (_now != Symbol.Comma)
                {
                    StarParameter(annotated);
                }
                else if (!Symbols.IsName(Peek()))
                {
                    Fail(SyntaxErrorKind.InvalidArguments);
                }
            }
            else if (Accept(Symbol.DoubleStar))
            {
                Parameter(annotated);
                Accept(Symbol.Comma);
                break;
            }
            else if (_now == Symbol.Slash && count > 0 && !slash && !star)
            {
                slash = true;
                Note(SyntaxFeatures.PositionalOnly);
                Advance();
            }
            else
            {
                Fail(SyntaxErrorKind.InvalidArguments);
            }

            if (!Accept(Symbol.Comma))
            {
                break;
            }
        }
    }

    private void Parameter(bool annotated)
    {
        ExpectName();
        if (annotated && Accept(Symbol.Colon))
        {
            Expression();
        }
    }

    /// <summary>The annotation of <c>*args</c> may be unpacked (PEP 646).</summary>
    private void StarParameter(bool annotated)
    {
        ExpectName();
        if (annotated && Accept(Symbol.Colon))
        {
            if (_now == Symbol.Star)
            {
                Note(SyntaxFeatures.UnpackInSubscript);
            }

            StarExpression();
        }
    }

    private void OptionalTypeParameters()
    {
        if (_now == Symbol.LeftBracket && !_python2)
        {
            TypeParameters();
        }
    }

    /// <summary>PEP 695 and 696: <c>[T: bound = default, *Ts = *default, **P = default]</c>, at least one.</summary>
    private void TypeParameters()
    {
        Note(SyntaxFeatures.TypeParameters);
        Advance();
        do
        {
            bool star = Accept(Symbol.Star);
            bool plain = !star && !Accept(Symbol.DoubleStar);
            ExpectName();
            if (plain && Accept(Symbol.Colon))
            {
                Expression();
            }

            if (Accept(Symbol.Equal))
            {
                Note(SyntaxFeatures.TypeParameterDefaults);
                if (star)
                {
                    StarExpression();
                }
                else
                {
                    Expression();
                }
            }
        }
        while (Accept(Symbol.Comma) && _now != Symbol.RightBracket);
        Expect(Symbol.RightBracket);
    }

    /// <summary><c>type X[T] = …</c>, known by the name behind the soft keyword.</summary>
    private void TypeAlias()
    {
        Note(SyntaxFeatures.TypeParameters);
        Advance();
        ExpectName();
        OptionalTypeParameters();
        Expect(Symbol.Equal);
        Expression();
    }
}
