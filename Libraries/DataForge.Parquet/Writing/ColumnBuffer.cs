using System.Buffers.Binary;

namespace DataForge.Parquet.Writing;

/// <summary>
/// One column's values of the row group being filled, held as the PLAIN encoding has them (so that a plain page is a slice of it),
/// with the levels that say which are null and where lists begin
/// (https://github.com/apache/parquet-format#nested-encoding). Booleans take a byte each until they are encoded.
/// </summary>
internal sealed class ColumnBuffer : IDisposable
{
    /// <summary>A single value above this is refused, so that no page and no buffer passes what a 32-bit size can say.</summary>
    public const int MaxValueBytes = 512 << 20;

    private readonly int presentLevel;

    /// <param name="usualMaximum">Bytes that the column seldom passes before its row group is written.</param>
    public ColumnBuffer(ParquetColumn column, int usualMaximum)
    {
        Values = new ByteBuffer(usualMaximum);
        Column = column;
        presentLevel = (column.Nullable ? 1 : 0) + (column.IsList ? 1 : 0);
        Definitions = presentLevel > 0 ? new ByteBuffer() : null;
        Repetitions = column.IsList ? new ByteBuffer() : null;
        Width = column.Type switch
        {
            ParquetType.Boolean => 1,
            ParquetType.Int32 or ParquetType.Float => 4,
            ParquetType.Int64 or ParquetType.Double => 8,
            _ => 0,
        };
    }

    public ParquetColumn Column { get; }

    /// <summary>Bytes of a value in <see cref="Values"/>; 0 for strings and binary, which stand behind a 4-byte length.</summary>
    public int Width { get; }

    /// <summary>The definition level of a value that is there.</summary>
    public int MaxDefinition => presentLevel;

    public ByteBuffer Values { get; }

    /// <summary>A definition level for each entry (value, null or empty list), or null where every entry is a value.</summary>
    public ByteBuffer? Definitions { get; }

    /// <summary>A repetition level for each entry (0 starts a row), or null where the column is no list.</summary>
    public ByteBuffer? Repetitions { get; }

    /// <summary>Values that are there.</summary>
    public int ValueCount { get; private set; }

    /// <summary>Values, nulls and empty lists.</summary>
    public int EntryCount => Definitions?.Length ?? ValueCount;

    /// <summary>What the column adds to the row group's size.</summary>
    public long Bytes => (long)Values.Length + (Definitions?.Length ?? 0) + (Repetitions?.Length ?? 0);

    /// <summary>Whether the row being filled has its value.</summary>
    public bool RowIsSet { get; set; }

    public void AddBytes(ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxValueBytes)
        {
            throw new ArgumentException($"a value of {value.Length:N0} bytes in column '{Column.Name}' is above {MaxValueBytes:N0}");
        }

        Span<byte> target = Values.Take(4 + value.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target, value.Length);
        value.CopyTo(target[4..]);
        ValueCount++;
    }

    public void AddInt32(int value)
    {
        Values.AddInt32(value);
        ValueCount++;
    }

    public void AddInt64(long value)
    {
        Values.AddInt64(value);
        ValueCount++;
    }

    public void AddBoolean(bool value)
    {
        Values.Add(value ? (byte)1 : (byte)0);
        ValueCount++;
    }

    /// <summary>Levels of a value in a column without lists.</summary>
    public void MarkPresent() => Definitions?.Add((byte)presentLevel);

    public void MarkNull()
    {
        Definitions!.Add(0);
        Repetitions?.Add(0);
    }

    public void MarkEmptyList()
    {
        Definitions!.Add((byte)(presentLevel - 1));
        Repetitions!.Add(0);
    }

    public void MarkElement(bool first)
    {
        Definitions!.Add((byte)presentLevel);
        Repetitions!.Add(first ? (byte)0 : (byte)1);
    }

    public void Clear()
    {
        Values.Clear();
        Definitions?.Clear();
        Repetitions?.Clear();
        ValueCount = 0;
    }

    public void Dispose()
    {
        Values.Dispose();
        Definitions?.Dispose();
        Repetitions?.Dispose();
    }
}
