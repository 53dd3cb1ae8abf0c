namespace DataForge.Python;

/// <summary>Strings side by side, and the fields of f-strings and t-strings.</summary>
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
            switch (_now)
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
                    Note(SyntaxFeatures.TemplateStrings);
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
        ReadOnlySpan<byte> opening = Text(_at).TrimStart("bBfFrRtTuU"u8);
        _fStrings++;
        Advance();
        while (_now is Symbol.FStringMiddle or Symbol.LeftBrace)
        {
            if (!Accept(Symbol.FStringMiddle))
            {
                int start = Start;
                Field();
                if (_fStrings == 1)
                {
                    NoteFreedoms(opening, start);
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
        if (_now == Symbol.Yield)
        {
            Yield();
        }
        else
        {
            StarExpressions();
        }

        Accept(Symbol.Equal);
        if (_now == Symbol.Exclamation)
        {
            Conversion();
        }

        if (Accept(Symbol.FieldColon))
        {
            while (_now is Symbol.FStringMiddle or Symbol.LeftBrace)
            {
                if (!Accept(Symbol.FStringMiddle))
                {
                    Field();
                }
            }
        }

        if (_now == Symbol.RightBrace)
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
        if (!Symbols.IsName(_now) || Start != exclamation + 1 || Text(_at) is not [(byte)'s' or (byte)'r' or (byte)'a'])
        {
            Fail(SyntaxErrorKind.InvalidField);
        }

        Advance();
    }

    /// <summary>
    /// Before 3.12 a field held no backslash, comment or quotes like those around it, nor, in single quotes, a line break.
    /// </summary>
    private readonly void NoteFreedoms(ReadOnlySpan<byte> opening, int start)
    {
        ReadOnlySpan<byte> field = _source[start..Start];
        if (field.ContainsAny((byte)'\\', (byte)'#')
            || field.IndexOf(opening) >= 0
            || (opening.Length == 1 && field.ContainsAny((byte)'\n', (byte)'\r')))
        {
            Note(SyntaxFeatures.FreeFString);
        }
    }
}
