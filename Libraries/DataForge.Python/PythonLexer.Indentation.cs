namespace DataForge.Python;

/// <summary>
/// The indentation of a line. CPython measures it twice, with tabs to the next multiple of 8 and with tabs of one column, and requires that
/// both agree.
/// </summary>
public ref partial struct PythonLexer
{
    /// <summary>CPython's TABSIZE.</summary>
    private const int TabSize = 8;

    /// <summary>Reads the indentation of a line outside brackets; <see cref="Symbol.EndOfFile"/> where it gives no token.</summary>
    private Symbol ScanIndentation()
    {
        ReadOnlySpan<byte> source = _source;
        int at = _position;
        int column = 0;
        int altColumn = 0;
        int continuedColumn = 0;
        for (; (uint)at < (uint)source.Length; at++)
        {
            byte c = source[at];
            if (c == ' ')
            {
                column++;
                altColumn++;
            }
            else if (c == '\t')
            {
                column = (column / TabSize + 1) * TabSize;
                altColumn++;
            }
            else if (c == '\f')
            {
                column = altColumn = 0;
            }
            else if (c == '\\' && (_options & LexerOptions.Python2) == 0)
            {
                // The first backslash after white space determines the indentation of the following lines.
                continuedColumn = continuedColumn != 0 ? continuedColumn : column;
                int next = ContinuationEnd(at);
                if (next < 0)
                {
                    _atLineStart = false;
                    return Fail(SyntaxErrorKind.LineContinuation, at, at + 1);
                }

                _continuations++;
                at = next - 1;
            }
            else
            {
                break;
            }
        }

        _position = at;
        if (at >= source.Length)
        {
            return Symbol.EndOfFile;
        }

        _atLineStart = false;
        if (source[at] is (byte)'#' or (byte)'\n' or (byte)'\r')
        {
            _blankLine = true;
            return Symbol.EndOfFile;
        }

        if (continuedColumn != 0)
        {
            column = altColumn = continuedColumn;
        }

        int current = _columns[_indent];
        if (column == current)
        {
            return altColumn == _altColumns[_indent] ? Symbol.EndOfFile : InconsistentTabs(at);
        }

        return column > current ? Indent(at, column, altColumn) : Dedent(at, column, altColumn);
    }

    private Symbol Indent(int at, int column, int altColumn)
    {
        if (_indent + 1 >= MaxIndents)
        {
            return Fail(SyntaxErrorKind.TooDeeplyIndented, at, at);
        }

        bool consistent = altColumn > _altColumns[_indent];
        _indent++;
        _columns[_indent] = column;
        _altColumns[_indent] = altColumn;
        return consistent || (_options & LexerOptions.Python2) != 0
            ? Token(Symbol.Indent, at, at)
            : Fail(SyntaxErrorKind.InconsistentTabs, at, at);
    }

    private Symbol Dedent(int at, int column, int altColumn)
    {
        while (_indent > 0 && column < _columns[_indent])
        {
            _indent--;
            _pendingDedents++;
        }

        if (column != _columns[_indent])
        {
            // Continue as if this were a level of its own.
            _columns[_indent] = column;
            _altColumns[_indent] = altColumn;
            return Fail(SyntaxErrorKind.InconsistentDedent, at, at);
        }

        return altColumn == _altColumns[_indent] ? Symbol.EndOfFile : InconsistentTabs(at);
    }

    private Symbol InconsistentTabs(int at) =>
        (_options & LexerOptions.Python2) != 0 ? Symbol.EndOfFile : Fail(SyntaxErrorKind.InconsistentTabs, at, at);
}
