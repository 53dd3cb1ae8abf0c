using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>The columns read from one row group. Columns and spans taken from it are valid until it is disposed.</summary>
public sealed class ParquetRowGroup : IDisposable
{
    private readonly List<ParquetNode> _columns;
    private readonly LeafValues?[] _leaves;

    internal ParquetRowGroup(int rowCount, List<ParquetNode> columns, LeafValues?[] leaves)
    {
        RowCount = rowCount;
        _columns = columns;
        _leaves = leaves;
    }

    /// <summary>Rows of the row group.</summary>
    public int RowCount { get; }

    /// <summary>A flat column's bytes: strings and binary, and fixed-length and INT96 values as they are stored.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public BinaryColumn Binary(string name) =>
        new(Flat(name, ParquetPhysicalType.ByteArray, ParquetPhysicalType.FixedLenByteArray, ParquetPhysicalType.Int96));

    /// <summary>A flat column of 32-bit integers.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public Int32Column Int32(string name) => new(Flat(name, ParquetPhysicalType.Int32));

    /// <summary>A flat column of 64-bit integers.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public Int64Column Int64(string name) => new(Flat(name, ParquetPhysicalType.Int64));

    /// <summary>A flat column of 32-bit floating-point numbers.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public FloatColumn Float(string name) => new(Flat(name, ParquetPhysicalType.Float));

    /// <summary>A flat column of 64-bit floating-point numbers.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public DoubleColumn Double(string name) => new(Flat(name, ParquetPhysicalType.Double));

    /// <summary>A flat column of booleans.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public BooleanColumn Boolean(string name) => new(Flat(name, ParquetPhysicalType.Boolean));

    /// <summary>A column of lists of strings or of bytes. Creating it passes over the whole column: call it once per row group.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public StringListColumn StringList(string name) => new(Node(name), List(name, ParquetPhysicalType.ByteArray), RowCount);

    /// <summary>A column of lists of 64-bit integers. Creating it passes over the whole column: call it once per row group.</summary>
    /// <exception cref="ArgumentException">The column was not read, or is of another type.</exception>
    public Int64ListColumn Int64List(string name) => new(Node(name), List(name, ParquetPhysicalType.Int64), RowCount);

    /// <summary>
    /// Any column's rows one by one, nested columns included: null, bool, int, long, float, double, byte[] (all other physical types), a
    /// group as <c>KeyValuePair&lt;string, object?&gt;[]</c>, a list as <c>List&lt;object?&gt;</c>, a map as a list of its key-value
    /// groups. It allocates an object for every value, and is meant for inspecting files.
    /// </summary>
    public IEnumerable<object?> Records(string name)
    {
        ParquetNode node = Node(name);
        RecordAssembler assembler = new(_leaves);
        for (int row = 0; row < RowCount; row++)
        {
            yield return assembler.Next(node);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LeafValues? leaf in _leaves)
        {
            leaf?.Dispose();
        }
    }

    private ParquetNode Node(string name) =>
        _columns.Find(node => node.Name == name) ?? throw new ArgumentException($"column '{name}' was not read", nameof(name));

    private LeafValues Flat(string name, params ReadOnlySpan<ParquetPhysicalType> types)
    {
        ParquetNode node = Node(name);
        return node.IsLeaf && node.MaxRepetition == 0 && types.Contains(node.Physical!.Value)
            ? _leaves[node.LeafIndex]!
            : throw new ArgumentException($"column '{name}' is not a flat column of that type: {node}", nameof(name));
    }

    private LeafValues List(string name, ParquetPhysicalType type)
    {
        ParquetNode node = Node(name);
        return SchemaTree.ListLeaf(node) is { } leaf && leaf.Physical == type
            ? _leaves[leaf.LeafIndex]!
            : throw new ArgumentException($"column '{name}' is not a list of that type: {node}", nameof(name));
    }
}
