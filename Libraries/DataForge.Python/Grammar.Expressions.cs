namespace DataForge.Python;

/// <summary>Expressions from the comma down to the operand.</summary>
internal ref partial struct Grammar
{
    /// <summary>What an operator demands of what stands beside it, by symbol.</summary>
    private const byte NoOperator = 0;
    private const byte Arithmetic = 1;
    private const byte Comparison = 2;
    private const byte Logical = 3;
    private const byte NotIn = 4;
    private const byte Is = 5;

    private static readonly byte[] s_operators = OperatorTable();
    private static readonly bool[] s_starts = StartTable();

    private static bool StartsExpression(Symbol symbol) => s_starts[(int)symbol];

    private static byte[] OperatorTable()
    {
        byte[] table = new byte[256];
        for (Symbol symbol = Symbol.Plus; symbol <= Symbol.RightShift; symbol++)
        {
            table[(int)symbol] = Arithmetic;
        }

        for (Symbol symbol = Symbol.EqualEqual; symbol <= Symbol.GreaterEqual; symbol++)
        {
            table[(int)symbol] = Comparison;
        }

        table[(int)Symbol.In] = Comparison;
        table[(int)Symbol.Is] = Is;
        table[(int)Symbol.Not] = NotIn;
        table[(int)Symbol.And] = table[(int)Symbol.Or] = Logical;
        return table;
    }

    private static bool[] StartTable()
    {
        bool[] table = new bool[256];
        for (Symbol symbol = Symbol.Name; symbol <= Symbol.TStringStart; symbol++)
        {
            table[(int)symbol] = !Symbols.IsKeyword(symbol);
        }

        foreach (Symbol symbol in (ReadOnlySpan<Symbol>)
            [Symbol.None, Symbol.True, Symbol.False, Symbol.Lambda, Symbol.Not, Symbol.Await, Symbol.LeftParen, Symbol.LeftBracket,
             Symbol.LeftBrace, Symbol.Plus, Symbol.Minus, Symbol.Tilde, Symbol.Star, Symbol.Ellipsis, Symbol.Backquote])
        {
            table[(int)symbol] = true;
        }

        return table;
    }

    /// <summary>star_expressions: one or more, parted by commas, the last comma optional.</summary>
    private Shape StarExpressions()
    {
        Shape shape = StarExpression();
        if (_now != Symbol.Comma)
        {
            return shape;
        }

        shape = AsElement(shape);
        while (Accept(Symbol.Comma) && StartsExpression(_now))
        {
            shape &= AsElement(StarExpression());
        }

        return shape;
    }

    private Shape StarExpression()
    {
        if (_now != Symbol.Star || _python2)
        {
            return Expression();
        }

        Advance();
        return Starred(Operations(bitwise: true));
    }

    private Shape StarNamedExpression()
    {
        if (_now != Symbol.Star || _python2)
        {
            return NamedExpression();
        }

        Advance();
        return Starred(Operations(bitwise: true));
    }

    private static Shape Starred(Shape inner) => (inner & Shape.Target) != 0 ? Shape.StarredTarget : Shape.None;

    /// <summary>What an element lets its tuple or list be.</summary>
    private static Shape AsElement(Shape shape) => (shape & Shape.StarredTarget) != 0 ? Shape.Target : shape & Shape.OfSequence;

    private Shape NamedExpression()
    {
        Shape shape = Expression();
        if (_now != Symbol.ColonEqual || _python2)
        {
            return shape;
        }

        AssignmentExpression(shape);
        return Shape.None;
    }

    private void AssignmentExpression(Shape target)
    {
        Require(target, Shape.Name);
        Note(SyntaxFeatures.Walrus);
        Advance();
        Expression();
    }

    /// <summary>expression: conditional expressions and lambdas, whose last part is an expression again.</summary>
    private Shape Expression()
    {
        if (++_depth > MaxDepth)
        {
            Fail(SyntaxErrorKind.TooComplex);
        }

        bool plain = true;
        Shape shape;
        while (true)
        {
            if (_now == Symbol.Lambda)
            {
                Advance();
                Parameters(Symbol.Colon);
                Expect(Symbol.Colon);
                plain = false;
                continue;
            }

            shape = Operations(bitwise: false);
            if (_now != Symbol.If)
            {
                break;
            }

            Advance();
            Operations(bitwise: false);
            Expect(Symbol.Else);
            plain = false;
        }

        _depth--;
        return plain ? shape : Shape.None;
    }

    /// <summary>
    /// disjunction, or bitwise_or where <paramref name="bitwise"/>: operands with operators between them. Precedence decides about trees
    /// alone, but for one thing: <c>not</c> may stand at the beginning and behind <c>and</c>, <c>or</c> and <c>not</c>, not behind the
    /// rest.
    /// </summary>
    private Shape Operations(bool bitwise)
    {
        bool notAllowed = bitwise;
        bool plain = true;
        while (true)
        {
            while (true)
            {
                if (_now is Symbol.Minus or Symbol.Plus or Symbol.Tilde)
                {
                    notAllowed = true;
                }
                else if (_now != Symbol.Not || notAllowed)
                {
                    break;
                }

                plain = false;
                Advance();
            }

            if (_now == Symbol.Await)
            {
                plain = false;
                Advance();
            }

            Shape shape = Primary();
            byte kind = s_operators[(int)_now];
            if (kind == NoOperator || (bitwise && kind != Arithmetic))
            {
                return plain ? shape : Shape.None;
            }

            notAllowed = kind != Logical;
            switch (kind)
            {
                case NotIn:
                    if (Peek() != Symbol.In)
                    {
                        return plain ? shape : Shape.None;
                    }

                    Advance();
                    break;
                case Is when Peek() == Symbol.Not:
                    Advance();
                    break;
                case Comparison when _now == Symbol.LessGreater && !_python2:
                case Arithmetic when _now == Symbol.At && _python2:
                    return plain ? shape : Shape.None;
            }

            Advance();
            plain = false;
        }
    }

    /// <summary>An atom with attributes, subscripts and calls behind it.</summary>
    private Shape Primary()
    {
        Shape shape = Atom();
        while (true)
        {
            switch (_now)
            {
                case Symbol.Dot:
                    Advance();
                    shape = Attribute();
                    break;
                case Symbol.LeftParen:
                    Arguments(generator: true);
                    shape = Shape.None;
                    break;
                case Symbol.LeftBracket:
                    Subscript();
                    shape = Shape.OfReference;
                    break;
                default:
                    return shape;
            }
        }
    }

    private Shape Attribute()
    {
        if (AtName)
        {
            Advance();
            return Shape.OfReference;
        }

        // 2.7 reads an attribute of the name None, but assigns to none.
        if (_python2 && _now == Symbol.None)
        {
            Advance();
        }
        else
        {
            Fail(SyntaxErrorKind.UnexpectedToken);
        }

        return Shape.None;
    }

    private Shape Atom()
    {
        switch (_now)
        {
            case Symbol.Name or Symbol.Match or Symbol.Case or Symbol.Type or Symbol.Underscore:
                Advance();
                return Shape.OfName;
            case Symbol.Print or Symbol.Exec when !_python2 || IsPython2Name(_now):
                Advance();
                return Shape.OfName;
            case Symbol.None when _python2:
                Advance();
                return Shape.Delete;
            case Symbol.Number or Symbol.Imaginary or Symbol.None or Symbol.True or Symbol.False:
                Advance();
                return Shape.None;
            case Symbol.Ellipsis when !_python2:
                Advance();
                return Shape.None;
            case Symbol.String or Symbol.Bytes or Symbol.FStringStart or Symbol.TStringStart:
                Strings();
                return Shape.None;
            case Symbol.LeftParen:
                return Parenthesized();
            case Symbol.LeftBracket:
                return List();
            case Symbol.LeftBrace:
                Braces();
                return Shape.None;
            case Symbol.Backquote when _python2:
                Backquoted();
                return Shape.None;
            default:
                Fail(SyntaxErrorKind.ExpectedExpression);
                return Shape.None;
        }
    }
}
