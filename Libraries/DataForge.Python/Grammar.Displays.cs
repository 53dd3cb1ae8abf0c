namespace DataForge.Python;

/// <summary>
/// Everything in brackets: tuples, lists, sets, dictionaries, comprehensions, subscripts; and the targets of <c>for</c>.
/// </summary>
internal ref partial struct Grammar
{
    private readonly bool AtComprehension => _current is Symbol.For or Symbol.Async;

    private TargetKinds Parenthesized()
    {
        Advance();
        if (Accept(Symbol.RightParen))
        {
            return _python2 ? TargetKinds.None : TargetKinds.OfSequence;
        }

        if (_current == Symbol.Yield)
        {
            Yield();
            Expect(Symbol.RightParen);
            return TargetKinds.None;
        }

        bool starred = _current == Symbol.Star;
        TargetKinds targets = StarNamedExpression();
        if (_current == Symbol.Comma)
        {
            return Elements(targets, Symbol.RightParen);
        }

        if (starred)
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }

        if (AtComprehension)
        {
            Comprehension();
            targets = TargetKinds.None;
        }

        Expect(Symbol.RightParen);
        return targets & TargetKinds.OfReference;
    }

    private TargetKinds List()
    {
        Advance();
        if (Accept(Symbol.RightBracket))
        {
            return TargetKinds.OfSequence;
        }

        bool starred = _current == Symbol.Star;
        TargetKinds targets = StarNamedExpression();
        if (!AtComprehension || starred)
        {
            return Elements(targets, Symbol.RightBracket);
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
        return TargetKinds.None;
    }

    /// <summary>The rest of a tuple or list after its first element.</summary>
    private TargetKinds Elements(TargetKinds first, Symbol closing)
    {
        TargetKinds targets = AsElement(first);
        while (Accept(Symbol.Comma) && _current != closing)
        {
            targets &= AsElement(StarNamedExpression());
        }

        Expect(closing);
        return targets;
    }

    private void Braces()
    {
        Advance();
        if (Accept(Symbol.RightBrace))
        {
            return;
        }

        bool dictionary = _current == Symbol.DoubleStar;
        if (dictionary)
        {
            DictionaryItem();
        }
        else if (_current == Symbol.Star)
        {
            StarNamedExpression();
        }
        else
        {
            TargetKinds targets = Expression();
            dictionary = Accept(Symbol.Colon);
            if (dictionary)
            {
                Expression();
            }
            else if (_current == Symbol.ColonEqual)
            {
                AssignmentExpression(targets);
            }

            if (AtComprehension)
            {
                Comprehension();
                Expect(Symbol.RightBrace);
                return;
            }
        }

        while (Accept(Symbol.Comma) && _current != Symbol.RightBrace)
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
        if (_current == Symbol.DoubleStar && !_python2)
        {
            Advance();
            Operations(bitwise: true);
            return;
        }

        Expression();
        Expect(Symbol.Colon);
        Expression();
    }

    /// <summary>for_if_clauses: <c>for x in y if z</c>, one or more.</summary>
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

    /// <summary>star_targets: what <c>for</c> binds. Read as operands, so that the <c>in</c> after them is not consumed.</summary>
    private void Targets()
    {
        do
        {
            Target();
        }
        while (Accept(Symbol.Comma) && _current != Symbol.In);
    }

    private void Target()
    {
        if (_current == Symbol.Star && !_python2)
        {
            Advance();
        }

        Require(Primary(), TargetKinds.Target);
    }

    private void Subscript()
    {
        Advance();
        do
        {
            if (_current == Symbol.Star && !_python2)
            {
                AddFeature(SyntaxFeatures.UnpackInSubscript);
                Advance();
                Expression();
            }
            else if (_current == Symbol.Ellipsis && _python2)
            {
                Advance();
            }
            else
            {
                Slice();
            }
        }
        while (Accept(Symbol.Comma) && _current != Symbol.RightBracket);
        Expect(Symbol.RightBracket);
    }

    private void Slice()
    {
        if (_current != Symbol.Colon)
        {
            NamedExpressionOrLowerBound();
            if (_current != Symbol.Colon)
            {
                return;
            }
        }

        Advance();
        if (_current is not (Symbol.Colon or Symbol.Comma or Symbol.RightBracket))
        {
            Expression();
        }

        if (Accept(Symbol.Colon) && _current is not (Symbol.Comma or Symbol.RightBracket))
        {
            Expression();
        }
    }

    /// <summary>An index or a slice's lower bound. An assignment expression can be an index, but not a bound.</summary>
    private void NamedExpressionOrLowerBound()
    {
        TargetKinds targets = Expression();
        if (_current == Symbol.ColonEqual && !_python2)
        {
            AssignmentExpression(targets);
            if (_current == Symbol.Colon)
            {
                Fail(SyntaxErrorKind.UnexpectedToken);
            }
        }
    }
}
