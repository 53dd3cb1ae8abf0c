namespace DataForge.Python;

/// <summary>The import statements.</summary>
internal ref partial struct Grammar
{
    private void Import()
    {
        do
        {
            Advance();
            DottedName();
            if (Accept(Symbol.As))
            {
                ExpectName();
            }
        }
        while (_current == Symbol.Comma);
    }

    private void ImportFrom()
    {
        Advance();
        bool relative = false;
        while (_current is Symbol.Dot or Symbol.Ellipsis)
        {
            relative = true;
            Advance();
        }

        bool future = false;
        if (!relative || _current != Symbol.Import)
        {
            future = _python2 && !relative && Text(_index).SequenceEqual("__future__"u8);
            DottedName();
        }

        Expect(Symbol.Import);
        if (Accept(Symbol.Star))
        {
            return;
        }

        bool inParentheses = Accept(Symbol.LeftParen);
        do
        {
            if (future)
            {
                _printIsName |= Text(_index).SequenceEqual("print_function"u8);
                UnicodeLiterals |= Text(_index).SequenceEqual("unicode_literals"u8);
            }

            ExpectName();
            if (Accept(Symbol.As))
            {
                ExpectName();
            }
        }
        while (Accept(Symbol.Comma) && !(inParentheses && _current == Symbol.RightParen));
        if (inParentheses)
        {
            Expect(Symbol.RightParen);
        }
    }

    private void DottedName()
    {
        ExpectName();
        while (Accept(Symbol.Dot))
        {
            ExpectName();
        }
    }
}
