namespace DataForge.Parquet;

/// <summary>How a leaf's values are stored; the numbers are those of parquet.thrift's <c>Type</c>.</summary>
public enum ParquetPhysicalType
{
    /// <summary>One bit.</summary>
    Boolean = 0,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 1,

    /// <summary>64-bit signed integer.</summary>
    Int64 = 2,

    /// <summary>Twelve bytes; a deprecated form of timestamps.</summary>
    Int96 = 3,

    /// <summary>IEEE 754, 32 bits.</summary>
    Float = 4,

    /// <summary>IEEE 754, 64 bits.</summary>
    Double = 5,

    /// <summary>Bytes behind their length.</summary>
    ByteArray = 6,

    /// <summary>Bytes of a length that the schema states.</summary>
    FixedLenByteArray = 7,
}

/// <summary>How often a node occurs in its parent; the numbers are those of parquet.thrift's <c>FieldRepetitionType</c>.</summary>
public enum ParquetRepetition
{
    /// <summary>Exactly once.</summary>
    Required = 0,

    /// <summary>Once or not at all.</summary>
    Optional = 1,

    /// <summary>Any number of times.</summary>
    Repeated = 2,
}

/// <summary>What the values mean, from the logical type or the older converted type.</summary>
public enum ParquetLogicalKind
{
    /// <summary>No meaning beyond the physical type.</summary>
    None,

    /// <summary>Text in UTF-8.</summary>
    String,

    /// <summary>A group of keys and values.</summary>
    Map,

    /// <summary>A group of elements.</summary>
    List,

    /// <summary>Text in UTF-8 with few distinct values.</summary>
    Enum,

    /// <summary>A decimal number as an integer with a scale.</summary>
    Decimal,

    /// <summary>Days since 1970-01-01.</summary>
    Date,

    /// <summary>A time of day.</summary>
    Time,

    /// <summary>A point in time.</summary>
    Timestamp,

    /// <summary>An integer of a given width, signed or not.</summary>
    Integer,

    /// <summary>Every value is null.</summary>
    Null,

    /// <summary>JSON text in UTF-8.</summary>
    Json,

    /// <summary>A BSON document.</summary>
    Bson,

    /// <summary>16 bytes of a UUID.</summary>
    Uuid,

    /// <summary>IEEE 754, 16 bits.</summary>
    Float16,

    /// <summary>Months, days and milliseconds.</summary>
    Interval,

    /// <summary>A kind that this reader does not know; its values are read as they are stored.</summary>
    Other,
}

/// <summary>A logical type with its parameters (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md).</summary>
/// <param name="Kind">What the values mean.</param>
/// <param name="Precision">Decimal: digits.</param>
/// <param name="Scale">Decimal: digits after the point.</param>
/// <param name="UnitsPerSecond">Time and timestamp: 1000, 1,000,000 or 1,000,000,000.</param>
/// <param name="AdjustedToUtc">Time and timestamp: an instant rather than a local time.</param>
/// <param name="BitWidth">Integer: 8, 16, 32 or 64.</param>
/// <param name="Signed">Integer: whether negative values exist.</param>
public readonly record struct ParquetLogicalType(
    ParquetLogicalKind Kind, int Precision = 0, int Scale = 0, int UnitsPerSecond = 0, bool AdjustedToUtc = false,
    int BitWidth = 0, bool Signed = true);

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

    /// <summary>The node's name in its parent.</summary>
    public string Name { get; }

    /// <summary>How often the node occurs in its parent.</summary>
    public ParquetRepetition Repetition { get; }

    /// <summary>What the values mean.</summary>
    public ParquetLogicalType Logical { get; internal init; }

    /// <summary>How a leaf's values are stored; null for a group.</summary>
    public ParquetPhysicalType? Physical { get; internal init; }

    /// <summary>Bytes of a fixed-length value; 0 for the other types.</summary>
    public int TypeLength { get; internal init; }

    /// <summary>The nodes of a group; empty for a leaf.</summary>
    public IReadOnlyList<ParquetNode> Children { get; internal set; } = [];

    /// <summary>
    /// The definition level of a present node: the number of optional and repeated nodes on the path from the root to it.
    /// </summary>
    public int MaxDefinition { get; }

    /// <summary>The number of repeated nodes on the path from the root to this node.</summary>
    public int MaxRepetition { get; }

    /// <summary>A leaf's index among all leaves, and its column chunk's index in each row group; -1 for a group.</summary>
    public int LeafIndex { get; internal init; } = -1;

    /// <summary>The definition level of each repeated node on the path from the root to this node, outermost first.</summary>
    internal int[] RepeatedDefinitions { get; init; } = [];

    /// <summary>Whether the node has values of its own.</summary>
    public bool IsLeaf => Physical is not null;

    /// <summary>Bytes of a decoded value: 1 for a boolean; 0 for byte arrays, whose values differ in length.</summary>
    internal int Width => Physical switch
    {
        ParquetPhysicalType.Boolean => 1,
        ParquetPhysicalType.Int32 or ParquetPhysicalType.Float => 4,
        ParquetPhysicalType.Int64 or ParquetPhysicalType.Double => 8,
        ParquetPhysicalType.Int96 => 12,
        ParquetPhysicalType.FixedLenByteArray => TypeLength,
        _ => 0,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Repetition} {Physical?.ToString() ?? "group"} {Name} ({Logical.Kind})";
}
