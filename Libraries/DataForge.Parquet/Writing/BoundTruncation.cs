namespace DataForge.Parquet.Writing;

/// <summary>
/// Shortens long bounds (parquet.thrift, <c>Statistics.min_value</c>: "values may be truncated"): a lower bound by cutting it, an upper
/// bound by cutting it and raising what is left. Text stays valid UTF-8, so that readers may decode it.
/// </summary>
internal static class BoundTruncation
{
    public const int MaxBytes = 64;

    public static byte[] Lower(ReadOnlySpan<byte> value, bool isText) => Cut(value, isText).ToArray();

    /// <summary>Null where no bound of that length is above the value.</summary>
    public static byte[]? Upper(ReadOnlySpan<byte> value, bool isText)
    {
        if (value.Length <= MaxBytes)
        {
            return value.ToArray();
        }

        byte[] bound = Cut(value, isText).ToArray();
        return isText ? RaiseText(bound) : RaiseBytes(bound);
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

    private static byte[]? RaiseBytes(byte[] bound)
    {
        for (int i = bound.Length - 1; i >= 0; i--)
        {
            if (bound[i] < 0xFF)
            {
                bound[i]++;
                return bound[..(i + 1)];
            }
        }

        return null;
    }

    /// <summary>
    /// Raises the last character that can be raised. UTF-8 sorts as code points do, so the next code point of the same or greater length
    /// is above; only ASCII is raised, and other characters are dropped, which keeps this simple and the bound valid.
    /// </summary>
    private static byte[]? RaiseText(byte[] bound)
    {
        for (int i = bound.Length - 1; i >= 0; i--)
        {
            if (bound[i] < 0x7F)
            {
                bound[i]++;
                return bound[..(i + 1)];
            }
        }

        return null;
    }
}
