namespace DataForge.Python;

/// <summary>Expressions, from lists with commas down to operands.</summary>
internal ref partial struct Grammar
{
    private static bool StartsExpression(Symbol symbol) => SymbolTables.ExpressionStarts[(int)symbol];

    /// <summary>star_expressions: one or more, separated by commas, with an optional last comma.</summary>
    private TargetKinds StarExpressions()
    {
        TargetKinds targets = StarExpression();
        if (_current != Symbol.Comma)
        {
            return targets;
        }

        targets = AsElement(targets);
        while (Accept(Symbol.Comma) && StartsExpression(_current))
        {
            targets &= AsElement(StarExpression());
        }

        return targets;
    }

    private TargetKinds StarExpression()
    {
        if (_current != Symbol.Star || _python2)
        {
            return Expression();
        }

        Advance();
        return Starred(Operations(bitwise: true));
    }

    private TargetKinds StarNamedExpression()
    {
        if (_current != Symbol.Star || _python2)
        {
            return NamedExpression();
        }

        Advance();
        return Starred(Operations(bitwise: true));
    }

    private static TargetKinds Starred(TargetKinds inner) =>
        (inner & TargetKinds.Target) != 0 ? TargetKinds.StarredTarget : TargetKinds.None;

    /// <summary>Which targets a tuple or list can be, as far as one element allows.</summary>
    private static TargetKinds AsElement(TargetKinds targets) =>
        (targets & TargetKinds.StarredTarget) != 0 ? TargetKinds.Target : targets & TargetKinds.OfSequence;

    private TargetKinds NamedExpression()
    {
        TargetKinds targets = Expression();
        if (_current != Symbol.ColonEqual || _python2)
        {
            return targets;
        }

        AssignmentExpression(targets);
        return TargetKinds.None;
    }

    private void AssignmentExpression(TargetKinds target)
    {
        Require(target, TargetKinds.Name);
        AddFeature(SyntaxFeatures.Walrus);
        Advance();
        Expression();
    }

    /// <summary>expression: conditional expressions and lambdas, whose last part is again an expression.</summary>
    private TargetKinds Expression()
    {
        if (++_depth > MaxDepth)
        {
            Fail(SyntaxErrorKind.TooComplex);
        }

        bool plain = true;
        TargetKinds targets;
        while (true)
        {
            if (_current == Symbol.Lambda)
            {
                Advance();
                Parameters(Symbol.Colon);
                Expect(Symbol.Colon);
                plain = false;
                continue;
            }

            targets = Operations(bitwise: false);
            if (_current != Symbol.If)
            {
                break;
            }

            Advance();
            Operations(bitwise: false);
            Expect(Symbol.Else);
            plain = false;
        }

        _depth--;
        return plain ? targets : TargetKinds.None;
    }

    /// <summary>
    /// disjunction, or bitwise_or if <paramref name="bitwise"/> is true: operands with operators between them. Precedence matters only
    /// for the tree, with one exception: <c>not</c> is allowed at the beginning and after <c>and</c>, <c>or</c> and <c>not</c>, but not
    /// after other operators.
    /// </summary>
    private TargetKinds Operations(bool bitwise)
    {
        bool notAllowed = bitwise;
        bool plain = true;
        while (true)
        {
            while (true)
            {
                if (_current is Symbol.Minus or Symbol.Plus or Symbol.Tilde)
                {
                    notAllowed = true;
                }
                else if (_current != Symbol.Not || notAllowed)
                {
                    break;
                }

                plain = false;
                Advance();
            }

            if (_current == Symbol.Await)
            {
                plain = false;
                Advance();
            }

            TargetKinds targets = Primary();
            byte kind = SymbolTables.Operators[(int)_current];
            if (kind == SymbolTables.NoOperator || (bitwise && kind != SymbolTables.Arithmetic))
            {
                return plain ? targets : TargetKinds.None;
            }

            notAllowed = kind != SymbolTables.Logical;
            switch (kind)
            {
                case SymbolTables.NotIn:
                    if (Peek() != Symbol.In)
                    {
                        return plain ? targets : TargetKinds.None;
                    }

                    Advance();
                    break;
                case SymbolTables.Is when Peek() == Symbol.Not:
                    Advance();
                    break;
                case SymbolTables.Comparison when _current == Symbol.LessGreater && !_python2:
                case SymbolTables.Arithmetic when _current == Symbol.At && _python2:
                    return plain ? targets : TargetKinds.None;
            }

            Advance();
            plain = false;
        }
    }

    /// <summary>An atom, followed by attributes, subscripts and calls.</summary>
    private TargetKinds Primary()
    {
        TargetKinds targets = Atom();
        while (true)
        {
            switch (_current)
            {
                case Symbol.Dot:
                    Advance();
                    targets = Attribute();
                    break;
                case Symbol.LeftParen:
                    Arguments(generator: true);
                    targets = TargetKinds.None;
                    break;
                case Symbol.LeftBracket:
                    Subscript();
                    targets = TargetKinds.OfReference;
                    break;
                default:
                    return targets;
            }
        }
    }

    private TargetKinds Attribute()
    {
        if (AtName)
        {
            Advance();
            return TargetKinds.OfReference;
        }

        // 2.7 allows an attribute named None to be read, but not to be assigned.
        if (_python2 && _current == Symbol.None)
        {
            Advance();
        }
        else
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }

        return TargetKinds.None;
    }

    private TargetKinds Atom()
    {
        switch (_current)
        {
            case Symbol.Name or Symbol.Match or Symbol.Case or Symbol.Type or Symbol.Underscore:
                Advance();
                return TargetKinds.OfName;
            case Symbol.Print or Symbol.Exec when !_python2 || IsPython2Name(_current):
                Advance();
                return TargetKinds.OfName;
            case Symbol.None when _python2:
                Advance();
                return TargetKinds.Delete;
            case Symbol.Number or Symbol.Imaginary or Symbol.None or Symbol.True or Symbol.False:
                Advance();
                return TargetKinds.None;
            case Symbol.Ellipsis when !_python2:
                Advance();
                return TargetKinds.None;
            case Symbol.String or Symbol.Bytes or Symbol.FStringStart or Symbol.TStringStart:
                Strings();
                return TargetKinds.None;
            case Symbol.LeftParen:
                return Parenthesized();
            case Symbol.LeftBracket:
                return List();
            case Symbol.LeftBrace:
                Braces();
                return TargetKinds.None;
            case Symbol.Backquote when _python2:
                Backquoted();
                return TargetKinds.None;
            default:
                Fail(SyntaxErrorKind.ExpectedExpression);
                return TargetKinds.None;
        }
    }
}
