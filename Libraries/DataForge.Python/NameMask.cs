using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataForge.Python;

/// <summary>
/// Which of 64 bytes of a source can be in a name: a bit for each byte, the first lowest. With it a name's end takes a few steps, however
/// many names the block has.
/// </summary>
internal struct NameMask
{
    /// <summary>Bytes of a block.</summary>
    public const int Block = 64;

    /// <summary>Letters, digits, underscores and bytes of characters outside ASCII.</summary>
    public ulong Names;

    /// <summary>Bytes of characters outside ASCII.</summary>
    public ulong High;

    /// <summary>The mask of the block that begins at an offset; what is beyond the end of the source is in no name.</summary>
    public static NameMask At(ReadOnlySpan<byte> source, int offset)
    {
        source = source[offset..];
        if (source.Length >= Block)
        {
            return Of(source[..Block]);
        }

        Span<byte> last = stackalloc byte[Block];
        source.CopyTo(last);
        last[source.Length..].Clear();
        return Of(last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static NameMask Of(ReadOnlySpan<byte> block)
    {
        NameMask mask = default;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> bytes = Vector512.Create(block);
            Vector512<byte> fromLetter = (bytes | Vector512.Create((byte)0x20)) - Vector512.Create((byte)'a');
            mask.High = bytes.ExtractMostSignificantBits();
            mask.Names = mask.High
                | Vector512.LessThan(fromLetter, Vector512.Create((byte)26)).ExtractMostSignificantBits()
                | Vector512.LessThan(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)10)).ExtractMostSignificantBits()
                | Vector512.Equals(bytes, Vector512.Create((byte)'_')).ExtractMostSignificantBits();
            return mask;
        }

        for (int i = 0; i < Block; i += Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.Create(block.Slice(i, Vector128<byte>.Count));
            Vector128<byte> fromLetter = (bytes | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
            Vector128<byte> names = bytes
                | Vector128.LessThan(fromLetter, Vector128.Create((byte)26))
                | Vector128.LessThan(bytes - Vector128.Create((byte)'0'), Vector128.Create((byte)10))
                | Vector128.Equals(bytes, Vector128.Create((byte)'_'));

            // One bit per byte, its top bit: set by the comparisons, and already set in bytes outside ASCII.
            mask.High |= (ulong)bytes.ExtractMostSignificantBits() << i;
            mask.Names |= (ulong)names.ExtractMostSignificantBits() << i;
        }

        return mask;
    }
}
