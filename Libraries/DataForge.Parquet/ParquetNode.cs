namespace DataForge.Parquet;

/// <summary>How a leaf's values are stored; numbers as parquet.thrift's <c>Type</c>.</summary>
public enum ParquetPhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLenByteArray = 7,
}

/// <summary>How often a node stands in its parent; numbers as parquet.thrift's <c>FieldRepetitionType</c>.</summary>
public enum ParquetRepetition
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
}

/// <summary>What the values mean, from the logical type or the older converted type.</summary>
public enum ParquetLogicalKind
{
    None,
    String,
    Map,
    List,
    Enum,
    Decimal,
    Date,
    Time,
    Timestamp,
    Integer,
    Null,
    Json,
    Bson,
    Uuid,
    Float16,
    Interval,
    /// <summary>A kind this reader does not know; its values are given as they are stored.</summary>
    Other,
}

/// <summary>A logical type with its parameters (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md).</summary>
/// <param name="Precision">Decimal: digits.</param>
/// <param name="Scale">Decimal: digits after the point.</param>
/// <param name="UnitsPerSecond">Time and timestamp: 1000, 1,000,000 or 1,000,000,000.</param>
/// <param name="AdjustedToUtc">Time and timestamp: an instant rather than a local reading.</param>
/// <param name="BitWidth">Integer: 8, 16, 32 or 64.</param>
/// <param name="Signed">Integer: whether negative values exist.</param>
public readonly record struct ParquetLogicalType(
    ParquetLogicalKind Kind, int Precision = 0, int Scale = 0, int UnitsPerSecond = 0, bool AdjustedToUtc = false, int BitWidth = 0, bool Signed = true);

/// <summary>A node of a file's schema tree: a group with children, or a leaf with a physical type.</summary>
public sealed class ParquetNode
{
    internal ParquetNode(string name, ParquetRepetition repetition, int maxDefinition, int maxRepetition)
    {
        Name = name;
        Repetition = repetition;
        MaxDefinition = maxDefinition;
        MaxRepetition = maxRepetition;
    }

    public string Name { get; }

    public ParquetRepetition Repetition { get; }

    public ParquetLogicalType Logical { get; internal init; }

    /// <summary>Null for a group.</summary>
    public ParquetPhysicalType? Physical { get; internal init; }

    /// <summary>Bytes of a fixed-length value; 0 for the other types.</summary>
    public int TypeLength { get; internal init; }

    public IReadOnlyList<ParquetNode> Children { get; internal set; } = [];

    /// <summary>The definition level at which this node is present: optional and repeated nodes on the path from the root to here.</summary>
    public int MaxDefinition { get; }

    /// <summary>Repeated nodes on the path from the root to here.</summary>
    public int MaxRepetition { get; }

    /// <summary>A leaf's place among all leaves, which is its column chunk's place in each row group; -1 for a group.</summary>
    public int LeafIndex { get; internal init; } = -1;

    /// <summary>Definition level of each repeated node on the path from the root to here, from the outermost.</summary>
    internal int[] RepeatedDefinitions { get; init; } = [];

    public bool IsLeaf => Physical is not null;

    /// <summary>Bytes a value takes when all take the same: 1 for a boolean (one byte once decoded); 0 for byte arrays.</summary>
    internal int Width => Physical switch
    {
        ParquetPhysicalType.Boolean => 1,
        ParquetPhysicalType.Int32 or ParquetPhysicalType.Float => 4,
        ParquetPhysicalType.Int64 or ParquetPhysicalType.Double => 8,
        ParquetPhysicalType.Int96 => 12,
        ParquetPhysicalType.FixedLenByteArray => TypeLength,
        _ => 0,
    };

    public override string ToString() => $"{Repetition} {Physical?.ToString() ?? "group"} {Name} ({Logical.Kind})";
}
