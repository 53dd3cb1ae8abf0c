using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// Seeded 64-bit hashing by folded multiplication, as in wyhash (https://github.com/wangyi-fudan/wyhash): the two halves of a 128-bit
/// product, xored. Not cryptographic: somebody who knows the seed can make two texts collide, which only gets a file dropped.
/// </summary>
public static class Hashing
{
    /// <summary>The first word of the default secret of wyhash\'s final version 4.</summary>
    public const ulong K0 = 0x2D358DCCAA6C78A5;

    /// <summary>The second word.</summary>
    public const ulong K1 = 0x8BB84B93962EACC9;

    /// <summary>The third word.</summary>
    public const ulong K2 = 0x4B33A62ED433D4A3;

    /// <summary>The fourth word.</summary>
    public const ulong K3 = 0x4D5A2DA51DE1AA47;

    /// <summary>Both halves of the 128-bit product, xored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }

    /// <summary>
    /// A bijection of 64 bits in which every input bit affects every output bit: the finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>The n-th number of the sequence of SplitMix64 that begins with a seed.</summary>
    public static ulong Derive(ulong seed, int n) => Mix(seed + (ulong)(n + 1) * 0x9E3779B97F4A7C15);

    /// <summary>
    /// Hashes <paramref name="length"/> bytes of a text from <paramref name="start"/> on. Bytes after them may be read, but do not matter.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> text, int start, int length, ulong seed)
    {
        if ((uint)length > 16 || start < 8 || start + 16 > text.Length)
        {
            return OfAny(text.Slice(start, length), seed);
        }

        // Whether a token has more than 8 bytes cannot be predicted, so both hashes are computed; bytes after the token are masked. A shift
        // by 64 would be a shift by 0, hence two shifts.
        ref byte first = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start);
        ulong left = Word(ref first, 0);
        ulong right = Word(ref first, length - 8);
        ulong word = left & ((1UL << (length * 4) << (length * 4)) - 1);
        ulong ofShort = Fold(word ^ K0 ^ seed, (ulong)length ^ K1);
        ulong ofLong = Fold(Fold(left ^ K3, right ^ seed ^ K2) ^ (ulong)length, K1);
        return ofLong ^ ((ofShort ^ ofLong) & (ulong)((length - 9) >> 31));
    }

    /// <summary>Hashes a span of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed) => Of(bytes, 0, bytes.Length, seed);

    private static ulong OfAny(ReadOnlySpan<byte> bytes, ulong seed)
    {
        int length = bytes.Length;
        if (length <= 8)
        {
            ulong word = 0;
            for (int i = length - 1; i >= 0; i--)
            {
                word = (word << 8) | bytes[i];
            }

            return Fold(word ^ K0 ^ seed, (ulong)length ^ K1);
        }

        ref byte first = ref MemoryMarshal.GetReference(bytes);
        ulong state = seed ^ K2;
        int at = 0;
        for (; at + 16 < length; at += 16)
        {
            state = Fold(Word(ref first, at) ^ K0, Word(ref first, at + 8) ^ state);
        }

        // The last 1 to 16 bytes as two words, which may overlap each other and bytes that were read before.
        ulong left = Word(ref first, Math.Max(0, length - 16));
        ulong right = Word(ref first, length - 8);
        return Fold(Fold(left ^ K3, right ^ state) ^ (ulong)length, K1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ref byte first, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at));
}
