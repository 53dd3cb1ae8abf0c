using System.Buffers.Binary;
using System.Text;
using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>
/// A flat column of a row group. Rows are numbered from 0 to <see cref="Count"/> - 1; any other number throws
/// <see cref="ArgumentOutOfRangeException"/> or <see cref="IndexOutOfRangeException"/>.
/// </summary>
public abstract class ParquetColumnView
{
    private protected ParquetColumnView(LeafValues leaf) => Leaf = leaf;

    /// <summary>Rows of the column.</summary>
    public int Count => Leaf.EntryCount;

    private protected LeafValues Leaf { get; }

    /// <summary>Whether the row has no value. Reading such a row gives zero, false or no bytes.</summary>
    public bool IsNull(int row) =>
        Leaf.Node.MaxDefinition > 0 && Leaf.Definitions.AsSpan(0, Leaf.EntryCount)[row] < Leaf.Node.MaxDefinition;
}

/// <summary>A column of strings, in UTF-8, or of any bytes.</summary>
public sealed class BinaryColumn : ParquetColumnView
{
    internal BinaryColumn(LeafValues leaf) : base(leaf)
    {
    }

    /// <summary>The row's bytes, valid until the row group is disposed; empty for a null.</summary>
    public ReadOnlySpan<byte> this[int row] => Leaf.Value(row);

    /// <summary>The row's bytes as text; invalid UTF-8 becomes U+FFFD.</summary>
    public string GetString(int row) => Encoding.UTF8.GetString(Leaf.Value(row));
}

/// <summary>A column of 32-bit integers.</summary>
public sealed class Int32Column : ParquetColumnView
{
    internal Int32Column(LeafValues leaf) : base(leaf)
    {
    }

    /// <summary>The row's value; 0 for a null.</summary>
    public int this[int row] => BinaryPrimitives.ReadInt32LittleEndian(Leaf.Value(row));
}

/// <summary>A column of 64-bit integers.</summary>
public sealed class Int64Column : ParquetColumnView
{
    internal Int64Column(LeafValues leaf) : base(leaf)
    {
    }

    /// <summary>The row's value; 0 for a null.</summary>
    public long this[int row] => BinaryPrimitives.ReadInt64LittleEndian(Leaf.Value(row));
}

/// <summary>A column of 32-bit floating-point numbers.</summary>
public sealed class FloatColumn : ParquetColumnView
{
    internal FloatColumn(LeafValues leaf) : base(leaf)
    {
    }

    /// <summary>The row's value; 0 for a null.</summary>
    public float this[int row] => BinaryPrimitives.ReadSingleLittleEndian(Leaf.Value(row));
}

/// <summary>A column of 64-bit floating-point numbers.</summary>
public sealed class DoubleColumn : ParquetColumnView
{
    internal DoubleColumn(LeafValues leaf) : base(leaf)
    {
    }

    /// <summary>The row's value; 0 for a null.</summary>
    public double this[int row] => BinaryPrimitives.ReadDoubleLittleEndian(Leaf.Value(row));
}

/// <summary>A column of booleans.</summary>
public sealed class BooleanColumn : ParquetColumnView
{
    internal BooleanColumn(LeafValues leaf) : base(leaf)
    {
    }

    /// <summary>The row's value; false for a null.</summary>
    public bool this[int row] => Leaf.Value(row)[0] != 0;
}
