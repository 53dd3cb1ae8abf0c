using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Writing;

/// <summary>Translates a schema into the footer's elements. Lists take the three-level form of LogicalTypes.md, "Lists".</summary>
internal static class SchemaWriter
{
    /// <summary>Adds the root and the nodes of all columns, in depth-first order.</summary>
    public static void Write(ParquetSchema schema, List<SchemaElement> elements)
    {
        elements.Add(new SchemaElement { Name = "schema", NumChildren = schema.Columns.Count });
        foreach (ParquetColumn column in schema.Columns)
        {
            ParquetRepetition repetition = column.Nullable ? ParquetRepetition.Optional : ParquetRepetition.Required;
            if (!column.IsList)
            {
                elements.Add(Leaf(column.Name, column.Type, repetition));
                continue;
            }

            elements.Add(new SchemaElement
            {
                Name = column.Name,
                Repetition = repetition,
                NumChildren = 1,
                Converted = ConvertedType.List,
                Logical = new(ParquetLogicalKind.List),
            });
            elements.Add(new SchemaElement { Name = "list", Repetition = ParquetRepetition.Repeated, NumChildren = 1 });
            elements.Add(Leaf("element", column.Type, ParquetRepetition.Required));
        }
    }

    /// <summary>The names of the nodes from a column to its leaf.</summary>
    public static string[] LeafPath(ParquetColumn column) => column.IsList ? [column.Name, "list", "element"] : [column.Name];

    /// <summary>How values of a type are stored.</summary>
    public static ParquetPhysicalType Physical(ParquetType type) => type switch
    {
        ParquetType.Boolean => ParquetPhysicalType.Boolean,
        ParquetType.Int32 => ParquetPhysicalType.Int32,
        ParquetType.Int64 => ParquetPhysicalType.Int64,
        ParquetType.Float => ParquetPhysicalType.Float,
        ParquetType.Double => ParquetPhysicalType.Double,
        _ => ParquetPhysicalType.ByteArray,
    };

    private static SchemaElement Leaf(string name, ParquetType type, ParquetRepetition repetition) => new()
    {
        Name = name,
        Type = Physical(type),
        Repetition = repetition,
        Converted = type == ParquetType.String ? ConvertedType.Utf8 : null,
        Logical = type == ParquetType.String ? new(ParquetLogicalKind.String) : default,
    };
}
