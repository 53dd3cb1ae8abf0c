namespace DataForge.Parquet.Reading;

/// <summary>The bytes of a decompressed page: a range of an arena. Byte arrays in the leaf's own arena need not be copied.</summary>
internal readonly record struct PageBytes(ByteArena Arena, int Start, int Length)
{
    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Arena.Span(Start, Length);

    /// <summary>The bytes from an offset on.</summary>
    /// <exception cref="ParquetException">There are fewer bytes.</exception>
    public PageBytes From(int offset) => offset <= Length
        ? new(Arena, Start + offset, Length - offset)
        : throw new ParquetException("a page is shorter than its parts");
}
