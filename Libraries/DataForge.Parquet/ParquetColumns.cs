using System.Buffers.Binary;
using System.Text;
using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>A flat column of a row group. Rows run from 0 to <see cref="Count"/> - 1; any other throws.</summary>
public abstract class ParquetColumnView
{
    private protected ParquetColumnView(LeafValues leaf) => Leaf = leaf;

    public int Count => Leaf.EntryCount;

    private protected LeafValues Leaf { get; }

    /// <summary>Whether the row has no value; reading it all the same gives zero, false or no bytes.</summary>
    public bool IsNull(int row) => Leaf.Node.MaxDefinition > 0 && Leaf.Definitions.AsSpan(0, Leaf.EntryCount)[row] < Leaf.Node.MaxDefinition;
}

/// <summary>Bytes; strings are UTF-8.</summary>
public sealed class BinaryColumn : ParquetColumnView
{
    internal BinaryColumn(LeafValues leaf) : base(leaf)
    {
    }

    public ReadOnlySpan<byte> this[int row] => Leaf.Value(row);

    /// <summary>The bytes as text; invalid UTF-8 becomes U+FFFD.</summary>
    public string GetString(int row) => Encoding.UTF8.GetString(Leaf.Value(row));
}

public sealed class Int32Column : ParquetColumnView
{
    internal Int32Column(LeafValues leaf) : base(leaf)
    {
    }

    public int this[int row] => BinaryPrimitives.ReadInt32LittleEndian(Leaf.Value(row));
}

public sealed class Int64Column : ParquetColumnView
{
    internal Int64Column(LeafValues leaf) : base(leaf)
    {
    }

    public long this[int row] => BinaryPrimitives.ReadInt64LittleEndian(Leaf.Value(row));
}

public sealed class FloatColumn : ParquetColumnView
{
    internal FloatColumn(LeafValues leaf) : base(leaf)
    {
    }

    public float this[int row] => BinaryPrimitives.ReadSingleLittleEndian(Leaf.Value(row));
}

public sealed class DoubleColumn : ParquetColumnView
{
    internal DoubleColumn(LeafValues leaf) : base(leaf)
    {
    }

    public double this[int row] => BinaryPrimitives.ReadDoubleLittleEndian(Leaf.Value(row));
}

public sealed class BooleanColumn : ParquetColumnView
{
    internal BooleanColumn(LeafValues leaf) : base(leaf)
    {
    }

    public bool this[int row] => Leaf.Value(row)[0] != 0;
}
