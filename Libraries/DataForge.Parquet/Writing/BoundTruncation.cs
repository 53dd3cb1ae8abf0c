namespace DataForge.Parquet.Writing;

/// <summary>
/// Shortens long bounds (parquet.thrift, <c>Statistics.min_value</c>: "values may be truncated"): a lower bound is cut, an upper bound is
/// cut and increased. Text stays valid UTF-8, so that readers can decode it.
/// </summary>
internal static class BoundTruncation
{
    /// <summary>Bytes of a bound at most, as parquet-java's column index has by default.</summary>
    public const int MaxBytes = 64;

    /// <summary>A bound that is not above the value.</summary>
    public static byte[] Lower(ReadOnlySpan<byte> value, bool isText) => Cut(value, isText).ToArray();

    /// <summary>A bound that is not below the value; null if there is none of at most <see cref="MaxBytes"/>.</summary>
    public static byte[]? Upper(ReadOnlySpan<byte> value, bool isText)
    {
        if (value.Length <= MaxBytes)
        {
            return value.ToArray();
        }

        return Increase(Cut(value, isText).ToArray(), isText ? (byte)0x7F : (byte)0xFF);
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value, bool isText)
    {
        if (value.Length <= MaxBytes)
        {
            return value;
        }

        int length = MaxBytes;
        while (isText && length > 0 && (value[length] & 0xC0) == 0x80)
        {
            length--; // the cut would split a character: go back to its first byte
        }

        return value[..length];
    }

    /// <summary>
    /// Increases the last byte that is below <paramref name="highest"/> and cuts what follows it. For text that is the last ASCII
    /// character: UTF-8 sorts as code points do, so the result is above the value, and characters outside ASCII are cut rather than
    /// increased.
    /// </summary>
    private static byte[]? Increase(byte[] bound, byte highest)
    {
        for (int i = bound.Length - 1; i >= 0; i--)
        {
            if (bound[i] < highest)
            {
                bound[i]++;
                return bound[..(i + 1)];
            }
        }

        return null;
    }
}
