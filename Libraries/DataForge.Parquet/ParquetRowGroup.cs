using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>The columns read from one row group. Views and spans are valid until it is disposed.</summary>
public sealed class ParquetRowGroup : IDisposable
{
    private readonly List<ParquetNode> columns;
    private readonly LeafValues?[] leaves;

    internal ParquetRowGroup(int rowCount, List<ParquetNode> columns, LeafValues?[] leaves)
    {
        RowCount = rowCount;
        this.columns = columns;
        this.leaves = leaves;
    }

    public int RowCount { get; }

    /// <summary>A flat column's bytes: strings and binary, and fixed-length and INT96 values as they are stored.</summary>
    /// <exception cref="ArgumentException">For this and the other views: the column was not read, or is of another type.</exception>
    public BinaryColumn Binary(string name) => new(Flat(name, ParquetPhysicalType.ByteArray, ParquetPhysicalType.FixedLenByteArray, ParquetPhysicalType.Int96));

    public Int32Column Int32(string name) => new(Flat(name, ParquetPhysicalType.Int32));

    public Int64Column Int64(string name) => new(Flat(name, ParquetPhysicalType.Int64));

    public FloatColumn Float(string name) => new(Flat(name, ParquetPhysicalType.Float));

    public DoubleColumn Double(string name) => new(Flat(name, ParquetPhysicalType.Double));

    public BooleanColumn Boolean(string name) => new(Flat(name, ParquetPhysicalType.Boolean));

    /// <summary>A list of strings or of binary. Making a list view passes over the whole column: ask once for a row group.</summary>
    public StringListColumn StringList(string name) => new(Node(name), List(name, ParquetPhysicalType.ByteArray), RowCount);

    public Int64ListColumn Int64List(string name) => new(Node(name), List(name, ParquetPhysicalType.Int64), RowCount);

    /// <summary>
    /// Any column's rows one by one, nested ones included: null, bool, int, long, float, double, byte[] (all other physical types), a group
    /// as <c>KeyValuePair&lt;string, object?&gt;[]</c>, a list as <c>List&lt;object?&gt;</c>, a map as a list of its key-value groups.
    /// For looking into files; it makes an object of every value.
    /// </summary>
    public IEnumerable<object?> Records(string name)
    {
        ParquetNode node = Node(name);
        RecordAssembler assembler = new(leaves);
        for (int row = 0; row < RowCount; row++)
        {
            yield return assembler.Next(node);
        }
    }

    public void Dispose()
    {
        foreach (LeafValues? leaf in leaves)
        {
            leaf?.Dispose();
        }
    }

    private ParquetNode Node(string name) =>
        columns.Find(node => node.Name == name) ?? throw new ArgumentException($"column '{name}' was not read", nameof(name));

    private LeafValues Flat(string name, params ReadOnlySpan<ParquetPhysicalType> types)
    {
        ParquetNode node = Node(name);
        return node.IsLeaf && node.MaxRepetition == 0 && types.Contains(node.Physical!.Value)
            ? leaves[node.LeafIndex]!
            : throw new ArgumentException($"column '{name}' is no flat column of that type: {node}", nameof(name));
    }

    private LeafValues List(string name, ParquetPhysicalType type)
    {
        ParquetNode node = Node(name);
        return SchemaTree.ListLeaf(node) is { } leaf && leaf.Physical == type
            ? leaves[leaf.LeafIndex]!
            : throw new ArgumentException($"column '{name}' is no list of that type: {node}", nameof(name));
    }
}
