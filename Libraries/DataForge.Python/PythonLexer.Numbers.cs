namespace DataForge.Python;

/// <summary>Numbers, https://docs.python.org/3.14/reference/lexical_analysis.html#numeric-literals.</summary>
public ref partial struct PythonLexer
{
    /// <summary>CPython's default for <c>sys.set_int_max_str_digits</c>, which its parser applies too.</summary>
    private const int MaxDigits = 4300;

    private Symbol ScanNumber(int start)
    {
        if ((_options & LexerOptions.Python2) != 0)
        {
            return ScanPython2Number(start);
        }

        int at = start;
        if (_source[at] == '0')
        {
            switch (Peek(at + 1) | 0x20)
            {
                case 'x':
                    return ScanRadix(start, 16);
                case 'o':
                    return ScanRadix(start, 8);
                case 'b':
                    return ScanRadix(start, 2);
            }
        }

        bool isInteger = true;
        if (_source[at] != '.')
        {
            at = Digits(at);
            if (at < 0)
            {
                return BadNumber(start);
            }
        }

        int integerEnd = at;
        if (Peek(at) == '.')
        {
            isInteger = false;
            at++;
            if (IsDigit(Peek(at)))
            {
                at = Digits(at);
            }

            if (at < 0)
            {
                return BadNumber(start);
            }
        }

        if ((Peek(at) | 0x20) == 'e')
        {
            int exponent = at + 1;
            bool signed = Peek(exponent) is (byte)'+' or (byte)'-';
            exponent += signed ? 1 : 0;
            if (IsDigit(Peek(exponent)))
            {
                isInteger = false;
                at = Digits(exponent);
                if (at < 0)
                {
                    return BadNumber(start);
                }
            }
            else if (signed)
            {
                return BadNumber(start);
            }
        }

        if ((Peek(at) | 0x20) == 'j')
        {
            return EndOfNumber(Symbol.Imaginary, start, at + 1);
        }

        if (isInteger)
        {
            if (_source[start] == '0' && !AllZeros(start, integerEnd))
            {
                return Fail(SyntaxErrorKind.LeadingZeros, start, at);
            }

            if (at - start > MaxDigits && at - start - _source[start..at].Count((byte)'_') > MaxDigits)
            {
                return Fail(SyntaxErrorKind.TooManyDigits, start, at);
            }
        }

        return EndOfNumber(Symbol.Number, start, at);
    }

    private Symbol ScanRadix(int start, int radix)
    {
        int at = start + 2;
        do
        {
            if (Peek(at) == '_')
            {
                at++;
            }

            int digits = at;
            while (IsDigitOf(Peek(at), radix))
            {
                at++;
            }

            if (at == digits)
            {
                return BadNumber(start);
            }
        }
        while (Peek(at) == '_');
        return IsDigit(Peek(at)) ? BadNumber(start) : EndOfNumber(Symbol.Number, start, at);
    }

    /// <summary>
    /// The end of digits with single underscores between them, from a first digit on; -1 if no digit follows an underscore.
    /// </summary>
    private readonly int Digits(int at)
    {
        while (true)
        {
            while (IsDigit(Peek(at)))
            {
                at++;
            }

            if (Peek(at) != '_')
            {
                return at;
            }

            at++;
            if (!IsDigit(Peek(at)))
            {
                return -1;
            }
        }
    }

    private readonly bool AllZeros(int start, int end) => _source[start..end].IndexOfAnyExcept((byte)'0', (byte)'_') < 0;

    /// <summary>
    /// A word may follow a number without a space only if it is a keyword that can follow a number: <c>1if x else 2</c>.
    /// </summary>
    private Symbol EndOfNumber(Symbol symbol, int start, int end)
    {
        byte next = Peek(end);
        if (CharClass.Identifier[next] == 1)
        {
            bool allowed = (char)next switch
            {
                'a' => IsWord(end, "and"u8),
                'e' => IsWord(end, "else"u8),
                'f' => IsWord(end, "for"u8),
                'i' => Peek(end + 1) is (byte)'f' or (byte)'n' or (byte)'s',
                'n' => IsWord(end, "not"u8),
                'o' => IsWord(end, "or"u8),
                _ => false,
            };
            if (!allowed)
            {
                return BadNumber(start);
            }
        }

        return Token(symbol, start, end);
    }

    private readonly bool IsWord(int at, ReadOnlySpan<byte> word) =>
        _source[at..].StartsWith(word) && CharClass.Identifier[Peek(at + word.Length)] == 0;

    /// <summary>An error that covers the number and all letters and digits that follow.</summary>
    private Symbol BadNumber(int start)
    {
        int at = start + 1;
        while (CharClass.Identifier[Peek(at)] == 1)
        {
            at++;
        }

        return Fail(SyntaxErrorKind.InvalidNumber, start, at);
    }

    /// <summary>
    /// Python 2.7: no underscores, octal by a leading zero, <c>L</c> after an integer, and any word may follow without a space.
    /// </summary>
    private Symbol ScanPython2Number(int start)
    {
        int at = start;
        int radix = _source[at] != '0' ? 10 : (Peek(at + 1) | 0x20) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        if (radix != 10)
        {
            at += 2;
            int digits = at;
            while (IsDigitOf(Peek(at), radix))
            {
                at++;
            }

            return at == digits ? BadNumber(start) : Token(Symbol.Number, start, (Peek(at) | 0x20) == 'l' ? at + 1 : at);
        }

        at = PlainDigits(at);
        int integerEnd = at;
        if (Peek(at) == '.')
        {
            at = PlainDigits(at + 1);
        }

        if ((Peek(at) | 0x20) == 'e')
        {
            int exponent = at + 1;
            exponent += Peek(exponent) is (byte)'+' or (byte)'-' ? 1 : 0;
            if (IsDigit(Peek(exponent)))
            {
                at = PlainDigits(exponent);
            }
        }

        if ((Peek(at) | 0x20) == 'j')
        {
            return Token(Symbol.Imaginary, start, at + 1);
        }

        if (at == integerEnd)
        {
            // Only octal digits after a leading zero: 08 is not a number, but 08.5 is.
            if (_source[start] == '0' && _source[start..at].IndexOfAny((byte)'8', (byte)'9') >= 0)
            {
                return BadNumber(start);
            }

            at += (Peek(at) | 0x20) == 'l' ? 1 : 0;
        }

        return Token(Symbol.Number, start, at);
    }

    private readonly int PlainDigits(int at)
    {
        while (IsDigit(Peek(at)))
        {
            at++;
        }

        return at;
    }

    private static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    private static bool IsDigitOf(byte c, int radix) => radix switch
    {
        16 => char.IsAsciiHexDigit((char)c),
        8 => (uint)(c - '0') <= 7,
        _ => (uint)(c - '0') <= 1,
    };
}
