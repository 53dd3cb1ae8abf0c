using System.Buffers.Binary;
using System.Text;

namespace DataForge.Parquet.Writing;

/// <summary>
/// A column's values of the current row group in the PLAIN encoding, so that a plain page is a slice of them, with the levels that state
/// which values are null and where lists begin (https://github.com/apache/parquet-format#nested-encoding). Booleans take a byte each until
/// they are encoded.
/// </summary>
internal sealed class ColumnBuffer : IDisposable
{
    /// <summary>A larger value is refused, so that the size of every page and buffer fits in 32 bits.</summary>
    public const int MaxValueBytes = 512 << 20;

    private readonly int _presentLevel;

    /// <param name="column">The column.</param>
    /// <param name="usualMaximum">Bytes that the column rarely exceeds before its row group is written.</param>
    public ColumnBuffer(ParquetColumn column, int usualMaximum)
    {
        Values = new ByteBuffer(usualMaximum);
        Column = column;
        _presentLevel = (column.Nullable ? 1 : 0) + (column.IsList ? 1 : 0);
        Definitions = _presentLevel > 0 ? new ByteBuffer() : null;
        Repetitions = column.IsList ? new ByteBuffer() : null;
        Width = column.Type switch
        {
            ParquetType.Boolean => 1,
            ParquetType.Int32 or ParquetType.Float => 4,
            ParquetType.Int64 or ParquetType.Double => 8,
            _ => 0,
        };
    }

    /// <summary>The column.</summary>
    public ParquetColumn Column { get; }

    /// <summary>Bytes of a value in <see cref="Values"/>; 0 for strings and binary, which follow a 4-byte length.</summary>
    public int Width { get; }

    /// <summary>The definition level of a value that is not null.</summary>
    public int MaxDefinition => _presentLevel;

    /// <summary>The values in the PLAIN encoding; booleans as a byte each.</summary>
    public ByteBuffer Values { get; }

    /// <summary>A definition level for each entry (value, null or empty list), or null where every entry is a value.</summary>
    public ByteBuffer? Definitions { get; }

    /// <summary>A repetition level for each entry (0 starts a row), or null if the column is not a list.</summary>
    public ByteBuffer? Repetitions { get; }

    /// <summary>Values, without nulls and empty lists.</summary>
    public int ValueCount { get; private set; }

    /// <summary>Values, nulls and empty lists.</summary>
    public int EntryCount => Definitions?.Length ?? ValueCount;

    /// <summary>What the column adds to the row group's size, in bytes.</summary>
    public long Bytes => (long)Values.Length + (Definitions?.Length ?? 0) + (Repetitions?.Length ?? 0);

    /// <summary>Whether the current row has its value.</summary>
    public bool RowIsSet { get; set; }

    /// <summary>Adds a value of a String or Binary column.</summary>
    /// <exception cref="ArgumentException">The value is larger than <see cref="MaxValueBytes"/>.</exception>
    public void AddBytes(ReadOnlySpan<byte> value) => value.CopyTo(AddLength(value.Length));

    /// <summary>Adds a value of a String column as UTF-8.</summary>
    /// <exception cref="ArgumentException">The value is larger than <see cref="MaxValueBytes"/>.</exception>
    public void AddText(string value) => Encoding.UTF8.GetBytes(value, AddLength(Encoding.UTF8.GetByteCount(value)));

    /// <summary>Adds a value of four bytes.</summary>
    public void AddInt32(int value)
    {
        Values.AddInt32(value);
        ValueCount++;
    }

    /// <summary>Adds a value of eight bytes.</summary>
    public void AddInt64(long value)
    {
        Values.AddInt64(value);
        ValueCount++;
    }

    /// <summary>Adds a value of a Boolean column.</summary>
    public void AddBoolean(bool value)
    {
        Values.Add(value ? (byte)1 : (byte)0);
        ValueCount++;
    }

    /// <summary>Adds the level of a value in a column that is not a list.</summary>
    public void MarkPresent() => Definitions?.Add((byte)_presentLevel);

    /// <summary>Adds the levels of a null.</summary>
    public void MarkNull()
    {
        Definitions!.Add(0);
        Repetitions?.Add(0);
    }

    /// <summary>Adds the levels of an empty list.</summary>
    public void MarkEmptyList()
    {
        Definitions!.Add((byte)(_presentLevel - 1));
        Repetitions!.Add(0);
    }

    /// <summary>Adds the levels of a list's element.</summary>
    public void MarkElement(bool first)
    {
        Definitions!.Add((byte)_presentLevel);
        Repetitions!.Add(first ? (byte)0 : (byte)1);
    }

    /// <summary>Removes all values and levels, and keeps the memory.</summary>
    public void Clear()
    {
        Values.Clear();
        Definitions?.Clear();
        Repetitions?.Clear();
        ValueCount = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Definitions?.Dispose();
        Repetitions?.Dispose();
    }

    /// <summary>Adds the length of a value and returns the space for its bytes.</summary>
    private Span<byte> AddLength(int length)
    {
        if (length > MaxValueBytes)
        {
            throw new ArgumentException($"a value of {length:N0} bytes in column '{Column.Name}' is larger than {MaxValueBytes:N0}");
        }

        Span<byte> target = Values.Take(4 + length);
        BinaryPrimitives.WriteInt32LittleEndian(target, length);
        ValueCount++;
        return target[4..];
    }
}
