using System.Buffers.Binary;

namespace DataForge.Parquet.Writing;

/// <summary>
/// The entries (values, nulls, empty lists) of one page, and its values and bytes: where each begins in the column, and how many.
/// </summary>
internal readonly record struct PageSlice(int FirstEntry, int Entries, int FirstValue, int Values, int FirstByte, int Bytes);

/// <summary>
/// Cuts a column into pages of whole rows: a page ends before the row that would exceed its size, but has at least one row. Sizes are
/// counted in bits: those of the value, and one for the levels of an entry (about what they take once run-length encoded).
/// </summary>
/// <param name="column">The column.</param>
/// <param name="pageBytes">Bytes of a page at most, except for a larger row.</param>
/// <param name="indexBits">Bits of a dictionary index, or null for plain values.</param>
internal ref struct PageCutter(ColumnBuffer column, int pageBytes, int? indexBits)
{
    private readonly ReadOnlySpan<byte> _values = column.Values.Span;
    private readonly ReadOnlySpan<byte> _definitions = column.Definitions is null ? default : column.Definitions.Span;
    private readonly ReadOnlySpan<byte> _repetitions = column.Repetitions is null ? default : column.Repetitions.Span;
    private readonly int _entryCount = column.EntryCount;
    private readonly int _maxDefinition = column.MaxDefinition;
    private readonly int _width = column.Width;
    private readonly bool _isBoolean = column.Column.Type == ParquetType.Boolean;
    private readonly long _limit = pageBytes * 8L;
    private int _entry;
    private int _value;
    private int _offset;

    /// <summary>Cuts the next page; false at the column's end.</summary>
    public bool Next(out PageSlice page)
    {
        int firstEntry = _entry;
        int firstValue = _value;
        int firstByte = _offset;
        long bits = 0;
        while (_entry < _entryCount)
        {
            (int nextEntry, int nextValue, int nextOffset) = (_entry, _value, _offset);
            long rowBits = 0;
            do
            {
                rowBits++;
                if (_definitions.IsEmpty || _definitions[nextEntry] == _maxDefinition)
                {
                    int bytes = _width != 0 ? _width : 4 + BinaryPrimitives.ReadInt32LittleEndian(_values[nextOffset..]);
                    nextOffset += bytes;
                    nextValue++;
                    rowBits += indexBits ?? (_isBoolean ? 1 : bytes * 8L);
                }

                nextEntry++;
            }
            while (nextEntry < _entryCount && !_repetitions.IsEmpty && _repetitions[nextEntry] != 0);

            if (_entry > firstEntry && bits + rowBits > _limit)
            {
                break;
            }

            bits += rowBits;
            (_entry, _value, _offset) = (nextEntry, nextValue, nextOffset);
        }

        page = new PageSlice(firstEntry, _entry - firstEntry, firstValue, _value - firstValue, firstByte, _offset - firstByte);
        return page.Entries > 0;
    }
}
