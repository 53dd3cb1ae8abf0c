namespace DataForge.Parquet.Encodings;

/// <summary>
/// BYTE_STREAM_SPLIT (https://github.com/apache/parquet-format/blob/master/Encodings.md#byte-stream-split-byte_stream_split--9): the first
/// bytes of all values, then all second bytes, and so on.
/// </summary>
internal static class ByteStreamSplit
{
    /// <summary>Puts the bytes of each value side by side.</summary>
    /// <param name="data">Exactly <paramref name="width"/> bytes for each value.</param>
    /// <param name="width">Bytes of a value.</param>
    /// <param name="output">As long as <paramref name="data"/>.</param>
    public static void Decode(ReadOnlySpan<byte> data, int width, Span<byte> output)
    {
        int count = data.Length / width;
        for (int k = 0; k < width; k++)
        {
            ReadOnlySpan<byte> stream = data.Slice(k * count, count);
            for (int i = 0; i < stream.Length; i++)
            {
                output[(i * width) + k] = stream[i];
            }
        }
    }
}
