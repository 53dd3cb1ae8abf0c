using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DataForge.Cleaner.Redaction;

/// <summary>Finds, 64 bytes at a time, where three letters stand that the words of secrets have and few other words.</summary>
internal static class SecretWords
{
    private const int Block = 32;

    // password and passwd, passphrase, passcode; pwd; secret; token; key; credential; authorization.
    private static readonly byte[][] Letters =
        [.. new[] { "ssw", "ssp", "ssc", "pwd", "ecr", "oke", "key", "ede", "uth" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    // By the lower six bits of a letter, in which of the words it is the first, second and third letter: a bit each for ss[wpc], pwd, ecr,
    // oke, key, ede, uth.
    private static ReadOnlySpan<byte> First =>
        [
            0, 0, 0, 0, 0, 36, 0, 0, 0, 0, 0, 16, 0, 0, 0, 8, 2, 0, 0, 1, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 36, 0, 0, 0, 0, 0, 16, 0, 0, 0, 8, 2, 0, 0, 1, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];

    private static ReadOnlySpan<byte> Second =>
        [
            0, 0, 0, 4, 32, 16, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 64, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 4, 32, 16, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 64, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0,
        ];

    private static ReadOnlySpan<byte> Third =>
        [
            0, 0, 0, 1, 2, 40, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0, 1, 0, 16, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 1, 2, 40, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0, 1, 0, 16, 0, 0, 0, 0, 0, 0,
        ];

    /// <summary>At which of the next 64 bytes such letters begin; the first is the lowest bit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the block begins.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PlacesIn64(ReadOnlySpan<byte> text, int at) =>
        Avx512Vbmi.IsSupported && at + (2 * Block) + 2 <= text.Length
            ? PlacesByTable(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at))
            : Places(text, at) | ((ulong)Places(text, at + Block) << Block);

    /// <summary>Whether such letters are in a name.</summary>
    /// <param name="name">The name.</param>
    public static bool AreIn(ReadOnlySpan<byte> name)
    {
        for (int i = 2; i < name.Length; i++)
        {
            int last = name[i] | 0x20;
            bool areThere = ((name[i - 2] | 0x20) << 16 | (name[i - 1] | 0x20) << 8) switch
            {
                's' << 16 | 's' << 8 => last is 'w' or 'p' or 'c',
                'p' << 16 | 'w' << 8 => last == 'd',
                'e' << 16 | 'c' << 8 => last == 'r',
                'o' << 16 | 'k' << 8 or 'e' << 16 | 'd' << 8 => last == 'e',
                'k' << 16 | 'e' << 8 => last == 'y',
                _ => false,
            };
            if (areThere)
            {
                return true;
            }
        }

        return false;
    }

    // Signs and controls share those six bits with letters, so that letters are told apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PlacesByTable(ref byte text)
    {
        Vector512<byte> first = Vector512.LoadUnsafe(ref text);
        Vector512<byte> second = Vector512.LoadUnsafe(ref text, 1);
        Vector512<byte> third = Vector512.LoadUnsafe(ref text, 2);
        Vector512<byte> words = Avx512Vbmi.PermuteVar64x8(Vector512.Create(First), first)
            & Avx512Vbmi.PermuteVar64x8(Vector512.Create(Second), second)
            & Avx512Vbmi.PermuteVar64x8(Vector512.Create(Third), third);
        ulong places = ~Vector512.Equals(words, Vector512<byte>.Zero).ExtractMostSignificantBits();
        return places == 0 ? 0 : places & Letters64(first) & Letters64(second) & Letters64(third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Letters64(Vector512<byte> bytes) =>
        Vector512.LessThan((bytes | Vector512.Create((byte)0x20)) - Vector512.Create((byte)'a'), Vector512.Create((byte)26))
            .ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Places(ReadOnlySpan<byte> text, int at)
    {
        if (at + Block + 2 > text.Length)
        {
            return PlacesAtEnd(text, at);
        }

        Vector256<byte> first = Vector256.Create(text[at..]) | Vector256.Create((byte)0x20);
        Vector256<byte> second = Vector256.Create(text[(at + 1)..]) | Vector256.Create((byte)0x20);
        Vector256<byte> third = Vector256.Create(text[(at + 2)..]) | Vector256.Create((byte)0x20);
        Vector256<byte> pass = Is(first, 's') & Is(second, 's') & (Is(third, 'w') | Is(third, 'p') | Is(third, 'c'));
        Vector256<byte> endingInE = Is(first, 'o') & Is(second, 'k') & Is(third, 'e') | Is(first, 'e') & Is(second, 'd') & Is(third, 'e');
        Vector256<byte> others = Is(first, 'p') & Is(second, 'w') & Is(third, 'd') | Is(first, 'e') & Is(second, 'c') & Is(third, 'r')
            | Is(first, 'k') & Is(second, 'e') & Is(third, 'y') | Is(first, 'u') & Is(second, 't') & Is(third, 'h');
        return (pass | endingInE | others).ExtractMostSignificantBits();
    }

    private static uint PlacesAtEnd(ReadOnlySpan<byte> text, int at)
    {
        uint places = 0;
        for (int i = at; i + 3 <= text.Length && i < at + Block; i++)
        {
            foreach (byte[] letters in Letters)
            {
                if ((text[i] | 0x20) == letters[0] && (text[i + 1] | 0x20) == letters[1] && (text[i + 2] | 0x20) == letters[2])
                {
                    places |= 1u << (i - at);
                }
            }
        }

        return places;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Is(Vector256<byte> bytes, char letter) => Vector256.Equals(bytes, Vector256.Create((byte)letter));
}
