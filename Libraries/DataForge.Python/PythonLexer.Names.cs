using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataForge.Python;

/// <summary>Identifiers and keywords.</summary>
public ref partial struct PythonLexer
{
    private Symbol ScanName(int start)
    {
        ReadOnlySpan<byte> source = _source;
        int end = IdentifierEnd(source, start, out bool ascii);
        _start = start;
        _position = end;
        if (!ascii)
        {
            return (_options & LexerOptions.Python2) == 0 && Identifiers.IsValid(source[start..end])
                ? Symbol.Name
                : Fail(SyntaxErrorKind.InvalidIdentifier, start, end);
        }

        int length = end - start;
        if (length > 8)
        {
            return Symbol.Name;
        }

        Symbol symbol = Keywords.Find(Pack(source, start, length));
        return (_options & LexerOptions.Python2) == 0 ? symbol : InPython2(symbol);
    }

    /// <summary>
    /// The end of letters, digits, underscores and bytes outside ASCII; 16 bytes per step, since a branch per byte would cost more than the
    /// rest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IdentifierEnd(ReadOnlySpan<byte> source, int at, out bool ascii)
    {
        uint high = 0;
        while (Vector128.IsHardwareAccelerated && source.Length - at >= Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.Create(source.Slice(at, Vector128<byte>.Count));
            Vector128<byte> lower = bytes | Vector128.Create((byte)0x20);
            Vector128<byte> letters = Vector128.LessThanOrEqual(lower - Vector128.Create((byte)'a'), Vector128.Create((byte)25));
            Vector128<byte> digits = Vector128.LessThanOrEqual(bytes - Vector128.Create((byte)'0'), Vector128.Create((byte)9));
            Vector128<byte> underscores = Vector128.Equals(bytes, Vector128.Create((byte)'_'));

            // One bit per byte, its top bit: set by the comparisons, and already set in bytes outside ASCII.
            uint outside = bytes.ExtractMostSignificantBits();
            uint inside = (letters | digits | underscores).ExtractMostSignificantBits() | outside;
            int length = BitOperations.TrailingZeroCount(~inside);
            high |= outside & ((1u << length) - 1);
            at += length;
            if (length < Vector128<byte>.Count)
            {
                ascii = high == 0;
                return at;
            }
        }

        uint seen = high == 0 ? 0u : 2;
        while ((uint)at < (uint)source.Length && CharClass.Identifier[source[at]] is byte part and not 0)
        {
            seen |= part;
            at++;
        }

        ascii = seen < 2;
        return at;
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
