namespace DataForge.Parquet.Reading;

/// <summary>A decompressed page's values: a range of an arena. Text that stays in the leaf's own arena need not be copied.</summary>
internal readonly record struct PageBytes(ByteArena Arena, int Start, int Length)
{
    public ReadOnlySpan<byte> Span => Arena.Span(Start, Length);

    public PageBytes From(int offset) => offset <= Length
        ? new(Arena, Start + offset, Length - offset)
        : throw new ParquetException("a page is shorter than its parts");
}
