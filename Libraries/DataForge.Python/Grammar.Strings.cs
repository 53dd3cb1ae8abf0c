namespace DataForge.Python;

/// <summary>Adjacent strings, and the fields of f-strings and t-strings.</summary>
internal ref partial struct Grammar
{
    private void Strings()
    {
        int start = Start;
        bool text = false;
        bool bytes = false;
        bool template = false;
        while (true)
        {
            switch (_current)
            {
                case Symbol.String:
                    text = true;
                    Advance();
                    continue;
                case Symbol.Bytes:
                    bytes = true;
                    Advance();
                    continue;
                case Symbol.FStringStart:
                    text = true;
                    FString();
                    continue;
                case Symbol.TStringStart:
                    template = true;
                    AddFeature(SyntaxFeatures.TemplateStrings);
                    FString();
                    continue;
            }

            if (!_python2 && (text ? 1 : 0) + (bytes ? 1 : 0) + (template ? 1 : 0) > 1)
            {
                Fail(SyntaxErrorKind.MixedStrings, start);
            }

            return;
        }
    }

    private void FString()
    {
        ReadOnlySpan<byte> opening = Text(_index).TrimStart("bBfFrRtTuU"u8);
        _fStrings++;
        Advance();
        while (_current is Symbol.FStringMiddle or Symbol.LeftBrace)
        {
            if (!Accept(Symbol.FStringMiddle))
            {
                int start = Start;
                Field();
                if (_fStrings == 1)
                {
                    FindFreeFString(opening, start);
                }
            }
        }

        _fStrings--;
        Expect(Symbol.FStringEnd);
    }

    /// <summary><c>{expression=!r:format}</c></summary>
    private void Field()
    {
        Advance();
        if (_current == Symbol.Yield)
        {
            Yield();
        }
        else
        {
            StarExpressions();
        }

        Accept(Symbol.Equal);
        if (_current == Symbol.Exclamation)
        {
            Conversion();
        }

        if (Accept(Symbol.FieldColon))
        {
            while (_current is Symbol.FStringMiddle or Symbol.LeftBrace)
            {
                if (!Accept(Symbol.FStringMiddle))
                {
                    Field();
                }
            }
        }

        if (_current == Symbol.RightBrace)
        {
            Advance();
        }
        else
        {
            Fail(SyntaxErrorKind.InvalidField);
        }
    }

    /// <summary><c>!s</c>, <c>!r</c> or <c>!a</c>, without a space.</summary>
    private void Conversion()
    {
        int exclamation = Start;
        Advance();
        if (!Symbols.IsName(_current) || Start != exclamation + 1 || Text(_index) is not [(byte)'s' or (byte)'r' or (byte)'a'])
        {
            Fail(SyntaxErrorKind.InvalidField);
        }

        Advance();
    }

    /// <summary>
    /// Records a field that Python before 3.12 does not allow: with a backslash, a comment, the quotes of its f-string, or, in single
    /// quotes, a line break.
    /// </summary>
    private readonly void FindFreeFString(ReadOnlySpan<byte> opening, int start)
    {
        ReadOnlySpan<byte> field = _source[start..Start];
        if (field.ContainsAny((byte)'\\', (byte)'#')
            || field.IndexOf(opening) >= 0
            || (opening.Length == 1 && field.ContainsAny((byte)'\n', (byte)'\r')))
        {
            AddFeature(SyntaxFeatures.FreeFString);
        }
    }
}
