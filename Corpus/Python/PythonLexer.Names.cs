using System.Buffers.Binary;

namespace DataForge.Corpus.Python;

/// <summary>Identifiers and keywords.</summary>
public ref partial struct PythonLexer
{
    private Symbol ScanName(int start)
    {
        ReadOnlySpan<byte> source = _source;
        int at = start;
        uint seen = 0;
        while ((uint)at < (uint)source.Length)
        {
            uint part = CharClass.Identifier[source[at]];
            if (part == 0)
            {
                break;
            }

            seen |= part;
            at++;
        }

        _start = start;
        _position = at;
        int length = at - start;
        if (seen > 1)
        {
            return (_options & LexerOptions.Python2) == 0 && Identifiers.IsValid(source[start..at])
                ? Symbol.Name
                : Fail(SyntaxErrorKind.InvalidIdentifier, start, at);
        }

        if (length > 8)
        {
            return Symbol.Name;
        }

        Symbol symbol = Keywords.Find(Pack(source, start, length));
        return (_options & LexerOptions.Python2) == 0 ? symbol : InPython2(symbol);
    }

    /// <summary>Up to 8 bytes as one number, the first byte lowest.</summary>
    private static ulong Pack(ReadOnlySpan<byte> source, int start, int length)
    {
        if (source.Length - start >= sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(source[start..]);
            return word & (ulong.MaxValue >> (64 - 8 * length));
        }

        ulong packed = 0;
        for (int i = 0; i < length; i++)
        {
            packed |= (ulong)source[start + i] << (8 * i);
        }

        return packed;
    }

    /// <summary>Words that Python 3 reserved and Python 2 did not. (<c>None</c> is a name there, but one that nothing can be bound to.)</summary>
    private static Symbol InPython2(Symbol symbol) => symbol switch
    {
        Symbol.True or Symbol.False or Symbol.Nonlocal or Symbol.Async or Symbol.Await => Symbol.Name,
        Symbol.Match or Symbol.Case or Symbol.Type or Symbol.Underscore => Symbol.Name,
        _ => symbol,
    };
}
