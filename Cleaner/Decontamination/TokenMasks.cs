using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataForge.Cleaner.Decontamination;

/// <summary>The classes of the bytes of a block, for <see cref="TokenReader"/>: a bit for each byte, the first lowest.</summary>
internal struct TokenMasks
{
    /// <summary>Bytes of a block.</summary>
    public const int Block = 64;

    /// <summary>Bytes of words.</summary>
    public ulong Words;

    /// <summary>Signs that are tokens.</summary>
    public ulong Signs;

    /// <summary>Single and double quotes.</summary>
    public ulong Quotes;

    /// <summary>'#'.</summary>
    public ulong Hashes;

    /// <summary>Backslashes.</summary>
    public ulong Backslashes;

    /// <summary>Commas.</summary>
    public ulong Commas;

    /// <summary>The masks of a block.</summary>
    /// <param name="block">Its bytes, <see cref="Block"/> of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TokenMasks Of(scoped ReadOnlySpan<byte> block)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Of(Vector512.Create(block));
        }

        TokenMasks masks = default;
        Add(ref masks, Vector256.Create(block), 0);
        Add(ref masks, Vector256.Create(block[32..]), 32);
        return masks;
    }

    /// <summary>Whether words are made of this byte: letters, digits, '_', and all of other scripts.</summary>
    /// <param name="b">The byte.</param>
    public static bool IsWordByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or >= 0x80;

    /// <summary>Whether this byte is a sign that is left out, besides white space and controls: quotes, '#' and backslashes.</summary>
    /// <param name="b">The byte.</param>
    public static bool IsLeftOut(byte b) => b is (byte)'\'' or (byte)'"' or (byte)'`' or (byte)'#' or (byte)'\\' or 0x7F;

    // Where a comparison of 64 bytes gives a mask at once, masks are joined rather than vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TokenMasks Of(Vector512<byte> bytes)
    {
        ulong letters = Vector512.LessThan((bytes | Vector512.Create((byte)0x20)) - Vector512.Create((byte)'a'), Vector512.Create((byte)26))
            .ExtractMostSignificantBits();
        ulong digits = Vector512.LessThan(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)10)).ExtractMostSignificantBits();
        ulong blanks = Vector512.LessThan(bytes, Vector512.Create((byte)0x21)).ExtractMostSignificantBits();
        TokenMasks masks = default;
        masks.Words = letters | digits | Of(bytes, '_') | bytes.ExtractMostSignificantBits();
        masks.Quotes = Of(bytes, '\'') | Of(bytes, '"');
        masks.Hashes = Of(bytes, '#');
        masks.Backslashes = Of(bytes, '\\');
        masks.Commas = Of(bytes, ',');
        masks.Signs = ~(masks.Words | blanks | masks.Quotes | masks.Hashes | masks.Backslashes | Of(bytes, '`') | Of(bytes, '\x7F'));
        return masks;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Of(Vector512<byte> bytes, char sign) =>
        Vector512.Equals(bytes, Vector512.Create((byte)sign)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref TokenMasks masks, Vector256<byte> bytes, int shift)
    {
        Vector256<byte> letters = Vector256.LessThan(
            (bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)26));
        Vector256<byte> digits = Vector256.LessThan(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)10));
        Vector256<byte> quotes = Is(bytes, '\'') | Is(bytes, '"');
        Vector256<byte> hashes = Is(bytes, '#');
        Vector256<byte> backslashes = Is(bytes, '\\');
        Vector256<byte> none = Vector256.LessThan(bytes, Vector256.Create((byte)0x21))
            | quotes | hashes | backslashes | Is(bytes, '`') | Vector256.Equals(bytes, Vector256.Create((byte)0x7F));
        uint words = (letters | digits | Is(bytes, '_') | bytes).ExtractMostSignificantBits();
        masks.Words |= (ulong)words << shift;
        masks.Signs |= (ulong)~(words | none.ExtractMostSignificantBits()) << shift;
        masks.Quotes |= Bits(quotes) << shift;
        masks.Hashes |= Bits(hashes) << shift;
        masks.Backslashes |= Bits(backslashes) << shift;
        masks.Commas |= Bits(Is(bytes, ',')) << shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Is(Vector256<byte> bytes, char sign) => Vector256.Equals(bytes, Vector256.Create((byte)sign));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector256<byte> bytes) => bytes.ExtractMostSignificantBits();
}
