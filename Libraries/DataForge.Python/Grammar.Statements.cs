namespace DataForge.Python;

/// <summary>Simple statements.</summary>
internal ref partial struct Grammar
{
    private readonly bool AtStatementEnd => _current is Symbol.Newline or Symbol.Semicolon;

    private void Statement()
    {
        switch (_current)
        {
            case Symbol.If:
                If();
                return;
            case Symbol.Def:
                Function();
                return;
            case Symbol.For:
                For();
                return;
            case Symbol.Try:
                Try();
                return;
            case Symbol.With:
                With();
                return;
            case Symbol.Class:
                Class();
                return;
            case Symbol.While:
                While();
                return;
            case Symbol.At:
                Decorated();
                return;
            case Symbol.Async:
                Async();
                return;
            case Symbol.Match when IsMatchStatement():
                Match();
                return;
            case Symbol.Indent:
                Fail(SyntaxErrorKind.UnexpectedIndent);
                return;
            default:
                SimpleStatements();
                return;
        }
    }

    private void SimpleStatements()
    {
        SimpleStatement();
        while (Accept(Symbol.Semicolon) && _current != Symbol.Newline)
        {
            SimpleStatement();
        }

        Expect(Symbol.Newline);
    }

    private void SimpleStatement()
    {
        switch (_current)
        {
            case Symbol.Return:
                Advance();
                if (!AtStatementEnd)
                {
                    StarExpressions();
                }

                return;
            case Symbol.Pass or Symbol.Break or Symbol.Continue:
                Advance();
                return;
            case Symbol.Import:
                Import();
                return;
            case Symbol.From:
                ImportFrom();
                return;
            case Symbol.Raise:
                Raise();
                return;
            case Symbol.Assert:
                Advance();
                Expression();
                if (Accept(Symbol.Comma))
                {
                    Expression();
                }

                return;
            case Symbol.Del:
                Delete();
                return;
            case Symbol.Global or Symbol.Nonlocal:
                do
                {
                    Advance();
                    if (!(_python2 && Accept(Symbol.None)))
                    {
                        ExpectName();
                    }
                }
                while (_current == Symbol.Comma);
                return;
            case Symbol.Type when Symbols.IsName(Peek()):
                TypeAlias();
                return;
            case Symbol.Print when _python2 && !_printIsName:
                Print();
                return;
            case Symbol.Exec when _python2:
                Exec();
                return;
            case Symbol.Yield:
                Yield();
                return;
            default:
                ExpressionStatement();
                return;
        }
    }

    /// <summary>An expression, or an assignment: plain, augmented or annotated.</summary>
    private void ExpressionStatement()
    {
        TargetKinds targets = StarExpressions();
        if (AtStatementEnd)
        {
            return;
        }

        if (_current == Symbol.Equal)
        {
            _facts.Assignments++;
            do
            {
                Require(targets, TargetKinds.Target | TargetKinds.StarredTarget);
                Advance();
                targets = AssignedValue();
            }
            while (_current == Symbol.Equal);
        }
        else if (Symbols.IsAugmentedAssignment(_current) && !(_python2 && _current == Symbol.AtEqual))
        {
            Require(targets, TargetKinds.Single);
            Advance();
            AssignedValue();
        }
        else if (_current == Symbol.Colon && !_python2)
        {
            Require(targets, TargetKinds.Single);
            Advance();
            Expression();
            if (Accept(Symbol.Equal))
            {
                _facts.Assignments++;
                AssignedValue();
            }
        }
    }

    private TargetKinds AssignedValue()
    {
        if (_current != Symbol.Yield)
        {
            return StarExpressions();
        }

        Yield();
        return TargetKinds.None;
    }

    private void Yield()
    {
        Advance();
        if (_current == Symbol.From && !_python2)
        {
            Advance();
            Expression();
        }
        else if (StartsExpression(_current))
        {
            StarExpressions();
        }
    }

    private void Raise()
    {
        Advance();
        if (AtStatementEnd)
        {
            return;
        }

        Expression();
        if (_python2)
        {
            // raise type, value, traceback
            if (Accept(Symbol.Comma))
            {
                Expression();
                if (Accept(Symbol.Comma))
                {
                    Expression();
                }
            }
        }
        else if (Accept(Symbol.From))
        {
            Expression();
        }
    }

    private void Delete()
    {
        Advance();
        do
        {
            TargetKinds targets = Primary();
            Require(targets, TargetKinds.Delete);
        }
        while (Accept(Symbol.Comma) && !AtStatementEnd);
        if (!AtStatementEnd)
        {
            Fail(SyntaxErrorKind.InvalidTarget);
        }
    }
}
