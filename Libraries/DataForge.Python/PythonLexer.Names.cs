using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace DataForge.Python;

/// <summary>Identifiers and keywords.</summary>
public ref partial struct PythonLexer
{
    // Few names are longer.
    private const int UsualName = 24;

    private Symbol ScanName(int start)
    {
        ReadOnlySpan<byte> source = _source;
        int end = NameEnd(start, out bool ascii);
        if ((uint)end < (uint)source.Length && source[end] is (byte)'"' or (byte)'\'' && StringPrefixLength(start) is > 0 and int prefix)
        {
            return ScanString(start, prefix);
        }

        _start = start;
        _position = end;
        if (!ascii)
        {
            return (_options & LexerOptions.Python2) == 0 && Identifiers.IsValid(source[start..end])
                ? Symbol.Name
                : Fail(SyntaxErrorKind.InvalidIdentifier, start, end);
        }

        Symbol symbol = Keywords.Find(Pack(source, start, end - start));
        return (_options & LexerOptions.Python2) == 0 ? symbol : InPython2(symbol);
    }

    /// <summary>
    /// The end of letters, digits, underscores and bytes outside ASCII. A branch per byte would cost more than the rest, and so would a
    /// comparison per name: each name's place depends on the end of the one before.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NameEnd(int at, out bool ascii)
    {
        int offset = at - _maskStart;

        // Close to the end of the block most names would end in the next, so the next begins here.
        if ((uint)offset > NameMask.Block - UsualName)
        {
            offset = 0;
            _maskStart = at;
            _mask = NameMask.At(_source, at);
        }

        ulong others = ~_mask.Names >> offset;
        if (others == 0)
        {
            return LongNameEnd(at, out ascii);
        }

        int length = BitOperations.TrailingZeroCount(others);
        ascii = (_mask.High >> offset & ((1UL << length) - 1)) == 0;
        return at + length;
    }

    private int LongNameEnd(int at, out bool ascii)
    {
        ascii = true;
        while (true)
        {
            NameMask mask = NameMask.At(_source, at);
            int length = BitOperations.TrailingZeroCount(~mask.Names);
            ascii &= (length == NameMask.Block ? mask.High : mask.High & ((1UL << length) - 1)) == 0;
            at += length;
            if (length < NameMask.Block)
            {
                return at;
            }
        }
    }

    /// <summary>
    /// 1 to 8 bytes as one number, the first byte lowest; 0 for more bytes. No branch depends on the length, which cannot be predicted.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pack(ReadOnlySpan<byte> source, int start, int length)
    {
        if (source.Length - start >= sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(source[start..]);
            ulong allIfShort = (ulong)((length - sizeof(ulong) - 1) >> 31);
            return word & (ulong.MaxValue >> (64 - 8 * length)) & allIfShort;
        }

        ulong packed = 0;
        for (int i = 0; i < length; i++)
        {
            packed |= (ulong)source[start + i] << (8 * i);
        }

        return packed;
    }

    /// <summary>
    /// The symbol in Python 2 of a word that only Python 3 reserves. (<c>None</c> is a name in Python 2, but cannot be bound.)
    /// </summary>
    private static Symbol InPython2(Symbol symbol) => symbol switch
    {
        Symbol.True or Symbol.False or Symbol.Nonlocal or Symbol.Async or Symbol.Await => Symbol.Name,
        Symbol.Match or Symbol.Case or Symbol.Type or Symbol.Underscore => Symbol.Name,
        _ => symbol,
    };
}
