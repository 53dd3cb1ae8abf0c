using System.Buffers.Binary;

namespace DataForge.Parquet.Writing;

/// <summary>The entries (values, nulls, empty lists) of one page, and the values and bytes among them.</summary>
internal readonly record struct PageSlice(int FirstEntry, int Entries, int FirstValue, int Values, int FirstByte, int Bytes);

/// <summary>
/// Cuts a column into pages of whole rows: a page ends before the row that would take it past its size, but holds at least one.
/// Sizes are counted in bits: a value's own, and one for an entry's levels (about what they take once run-length encoded).
/// </summary>
/// <param name="indexBits">Bits of a dictionary index, or null for plain values.</param>
internal ref struct PageCutter(ColumnBuffer column, int pageBytes, int? indexBits)
{
    private readonly ReadOnlySpan<byte> values = column.Values.Span;
    private readonly ReadOnlySpan<byte> definitions = column.Definitions is null ? default : column.Definitions.Span;
    private readonly ReadOnlySpan<byte> repetitions = column.Repetitions is null ? default : column.Repetitions.Span;
    private readonly int entryCount = column.EntryCount;
    private readonly int maxDefinition = column.MaxDefinition;
    private readonly int width = column.Width;
    private readonly bool isBoolean = column.Column.Type == ParquetType.Boolean;
    private readonly long limit = pageBytes * 8L;
    private int entry;
    private int value;
    private int offset;

    public bool Next(out PageSlice page)
    {
        int firstEntry = entry;
        int firstValue = value;
        int firstByte = offset;
        long bits = 0;
        while (entry < entryCount)
        {
            (int nextEntry, int nextValue, int nextOffset) = (entry, value, offset);
            long rowBits = 0;
            do
            {
                rowBits++;
                if (definitions.IsEmpty || definitions[nextEntry] == maxDefinition)
                {
                    int bytes = width != 0 ? width : 4 + BinaryPrimitives.ReadInt32LittleEndian(values[nextOffset..]);
                    nextOffset += bytes;
                    nextValue++;
                    rowBits += indexBits ?? (isBoolean ? 1 : bytes * 8L);
                }

                nextEntry++;
            }
            while (nextEntry < entryCount && !repetitions.IsEmpty && repetitions[nextEntry] != 0);

            if (entry > firstEntry && bits + rowBits > limit)
            {
                break;
            }

            bits += rowBits;
            (entry, value, offset) = (nextEntry, nextValue, nextOffset);
        }

        page = new PageSlice(firstEntry, entry - firstEntry, firstValue, value - firstValue, firstByte, offset - firstByte);
        return page.Entries > 0;
    }
}
