namespace DataForge.Python;

/// <summary>
/// What stands in brackets: tuples, lists, sets, dictionaries, comprehensions, subscripts, and the targets of <c>for</c>.
/// </summary>
internal ref partial struct Grammar
{
    private readonly bool AtComprehension => _now is Symbol.For or Symbol.Async;

    private Shape Parenthesized()
    {
        Advance();
        if (Accept(Symbol.RightParen))
        {
            return _python2 ? Shape.None : Shape.OfSequence;
        }

        if (_now == Symbol.Yield)
        {
            Yield();
            Expect(Symbol.RightParen);
            return Shape.None;
        }

        bool starred = _now == Symbol.Star;
        Shape shape = StarNamedExpression();
        if (_now == Symbol.Comma)
        {
            return Elements(shape, Symbol.RightParen);
        }

        if (starred)
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }

        if (AtComprehension)
        {
            Comprehension();
            shape = Shape.None;
        }

        Expect(Symbol.RightParen);
        return shape & Shape.OfReference;
    }

    private Shape List()
    {
        Advance();
        if (Accept(Symbol.RightBracket))
        {
            return Shape.OfSequence;
        }

        bool starred = _now == Symbol.Star;
        Shape shape = StarNamedExpression();
        if (!AtComprehension || starred)
        {
            return Elements(shape, Symbol.RightBracket);
        }

        if (_python2)
        {
            Python2ListComprehension();
        }
        else
        {
            Comprehension();
        }

        Expect(Symbol.RightBracket);
        return Shape.None;
    }

    /// <summary>The rest of a tuple or list behind its first element.</summary>
    private Shape Elements(Shape first, Symbol closing)
    {
        Shape shape = AsElement(first);
        while (Accept(Symbol.Comma) && _now != closing)
        {
            shape &= AsElement(StarNamedExpression());
        }

        Expect(closing);
        return shape;
    }

    private void Braces()
    {
        Advance();
        if (Accept(Symbol.RightBrace))
        {
            return;
        }

        bool dictionary = _now == Symbol.DoubleStar;
        if (dictionary)
        {
            DictionaryItem();
        }
        else if (_now == Symbol.Star)
        {
            StarNamedExpression();
        }
        else
        {
            Shape shape = Expression();
            dictionary = Accept(Symbol.Colon);
            if (dictionary)
            {
                Expression();
            }
            else if (_now == Symbol.ColonEqual)
            {
                AssignmentExpression(shape);
            }

            if (AtComprehension)
            {
                Comprehension();
                Expect(Symbol.RightBrace);
                return;
            }
        }

        while (Accept(Symbol.Comma) && _now != Symbol.RightBrace)
        {
            if (dictionary)
            {
                DictionaryItem();
            }
            else
            {
                StarNamedExpression();
            }
        }

        Expect(Symbol.RightBrace);
    }

    private void DictionaryItem()
    {
        if (_now == Symbol.DoubleStar && !_python2)
        {
            Advance();
            Operations(bitwise: true);
            return;
        }

        Expression();
        Expect(Symbol.Colon);
        Expression();
    }

    /// <summary>for_if_clauses.</summary>
    private void Comprehension()
    {
        do
        {
            Accept(Symbol.Async);
            Expect(Symbol.For);
            Targets();
            Expect(Symbol.In);
            Operations(bitwise: false);
            while (Accept(Symbol.If))
            {
                if (_python2)
                {
                    Python2OldTest();
                }
                else
                {
                    Operations(bitwise: false);
                }
            }
        }
        while (AtComprehension);
    }

    /// <summary>star_targets: what <c>for</c> binds. Read as operands, so that the <c>in</c> behind them is left.</summary>
    private void Targets()
    {
        do
        {
            Target();
        }
        while (Accept(Symbol.Comma) && _now != Symbol.In);
    }

    private void Target()
    {
        if (_now == Symbol.Star && !_python2)
        {
            Advance();
        }

        Require(Primary(), Shape.Target);
    }

    private void Subscript()
    {
        Advance();
        do
        {
            if (_now == Symbol.Star && !_python2)
            {
                Note(SyntaxFeatures.UnpackInSubscript);
                Advance();
                Expression();
            }
            else if (_now == Symbol.Ellipsis && _python2)
            {
                Advance();
            }
            else
            {
                Slice();
            }
        }
        while (Accept(Symbol.Comma) && _now != Symbol.RightBracket);
        Expect(Symbol.RightBracket);
    }

    private void Slice()
    {
        if (_now != Symbol.Colon)
        {
            NamedExpressionOrLowerBound();
            if (_now != Symbol.Colon)
            {
                return;
            }
        }

        Advance();
        if (_now is not (Symbol.Colon or Symbol.Comma or Symbol.RightBracket))
        {
            Expression();
        }

        if (Accept(Symbol.Colon) && _now is not (Symbol.Comma or Symbol.RightBracket))
        {
            Expression();
        }
    }

    /// <summary>An assignment expression is an index, but no bound of a slice.</summary>
    private void NamedExpressionOrLowerBound()
    {
        Shape shape = Expression();
        if (_now == Symbol.ColonEqual && !_python2)
        {
            AssignmentExpression(shape);
            if (_now == Symbol.Colon)
            {
                Fail(SyntaxErrorKind.UnexpectedToken);
            }
        }
    }
}
