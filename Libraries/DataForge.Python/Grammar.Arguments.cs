namespace DataForge.Python;

/// <summary>Arguments of calls and parameters of functions.</summary>
internal ref partial struct Grammar
{
    /// <summary>
    /// Arguments from the opening parenthesis to the closing one. No positional argument follows a keyword argument, and no <c>*</c>
    /// follows <c>**</c>. A generator expression without parentheses must be the only argument.
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
        while (_current != Symbol.RightParen)
        {
            if (Symbols.IsName(_current) && Peek() == Symbol.Equal)
            {
                Advance();
                Advance();
                Expression();
                keywords = true;
            }
            else if (_current == Symbol.Star)
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
    /// Parameters of a function up to its closing parenthesis, or of a lambda up to its colon, which is not consumed: positional-only ones
    /// and <c>/</c>, others, <c>*</c> or <c>*args</c>, keyword-only ones, <c>**kwargs</c>. Before the star, no parameter without a default
    /// follows one with a default.
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
        for (int count = 0; _current != closing; count++)
        {
            if (Symbols.IsName(_current))
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
            else if (_current == Symbol.Star && !star)
            {
                star = true;
                Advance();
                if (_current != Symbol.Comma)
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
            else if (_current == Symbol.Slash && count > 0 && !slash && !star)
            {
                slash = true;
                AddFeature(SyntaxFeatures.PositionalOnly);
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

    /// <summary><c>*args</c>, whose annotation may be unpacked (PEP 646).</summary>
    private void StarParameter(bool annotated)
    {
        ExpectName();
        if (annotated && Accept(Symbol.Colon))
        {
            if (_current == Symbol.Star)
            {
                AddFeature(SyntaxFeatures.UnpackInSubscript);
            }

            StarExpression();
        }
    }

    private void OptionalTypeParameters()
    {
        if (_current == Symbol.LeftBracket && !_python2)
        {
            TypeParameters();
        }
    }

    /// <summary>PEP 695 and 696: <c>[T: bound = default, *Ts = *default, **P = default]</c>, with at least one parameter.</summary>
    private void TypeParameters()
    {
        AddFeature(SyntaxFeatures.TypeParameters);
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
                AddFeature(SyntaxFeatures.TypeParameterDefaults);
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
        while (Accept(Symbol.Comma) && _current != Symbol.RightBracket);
        Expect(Symbol.RightBracket);
    }

    /// <summary><c>type X[T] = …</c>, recognized by the name behind the soft keyword.</summary>
    private void TypeAlias()
    {
        AddFeature(SyntaxFeatures.TypeParameters);
        Advance();
        ExpectName();
        OptionalTypeParameters();
        Expect(Symbol.Equal);
        Expression();
    }
}
