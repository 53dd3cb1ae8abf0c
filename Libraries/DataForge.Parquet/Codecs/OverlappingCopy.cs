namespace DataForge.Parquet.Codecs;

/// <summary>The copy that both LZ formats share: earlier output is copied, and repeats where source and target overlap.</summary>
internal static class OverlappingCopy
{
    /// <summary>
    /// Copies <paramref name="length"/> bytes from <paramref name="offset"/> bytes before <paramref name="to"/>, and advances
    /// <paramref name="to"/>.
    /// </summary>
    /// <exception cref="ParquetException">The copy begins before the target or ends after it.</exception>
    public static void Within(Span<byte> target, ref int to, int offset, int length, string format)
    {
        if (offset <= 0 || offset > to || length > target.Length - to)
        {
            throw new ParquetException($"{format}: a copy reaches outside the page");
        }

        int start = to - offset;
        int left = length;
        while (left > 0)
        {
            // The bytes between start and to repeat: each step may copy all of them, so it at least doubles them.
            int part = Math.Min(left, to - start);
            target.Slice(start, part).CopyTo(target[to..]);
            to += part;
            left -= part;
        }
    }
}
