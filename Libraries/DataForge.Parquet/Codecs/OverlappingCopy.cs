namespace DataForge.Parquet.Codecs;

/// <summary>The copy both LZ formats share: bytes written before, repeated where the copy reaches into itself.</summary>
internal static class OverlappingCopy
{
    /// <summary>Copies <paramref name="length"/> bytes from <paramref name="offset"/> before <paramref name="to"/>, and moves it on.</summary>
    /// <exception cref="ParquetException">The copy begins before the target or ends behind it.</exception>
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
            // What lies between start and to repeats: each step may copy all of it, and so at least doubles it.
            int part = Math.Min(left, to - start);
            target.Slice(start, part).CopyTo(target[to..]);
            to += part;
            left -= part;
        }
    }
}
