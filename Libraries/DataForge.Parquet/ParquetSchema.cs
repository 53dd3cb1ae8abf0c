namespace DataForge.Parquet;

/// <summary>What a column's values are. <see cref="String"/> is a byte array with the UTF-8 logical type, <see cref="Binary"/> any bytes.</summary>
public enum ParquetType
{
    Boolean,
    Int32,
    Int64,
    Float,
    Double,
    String,
    Binary,
}

/// <summary>One column of a table.</summary>
/// <param name="Name">The column's name, unique in its schema.</param>
/// <param name="Type">The type of its values, or of its list's elements.</param>
/// <param name="Nullable">Whether a row may have no value (for a list: no list, which differs from an empty one).</param>
/// <param name="IsList">A list of elements in the standard three-level form; the writer takes String and Int64, never a null element.</param>
public sealed record ParquetColumn(string Name, ParquetType Type, bool Nullable = false, bool IsList = false);

/// <summary>The columns of a table in order. Two schemas are equal when their columns are.</summary>
public sealed class ParquetSchema : IEquatable<ParquetSchema>
{
    private readonly ParquetColumn[] columns;

    /// <exception cref="ArgumentException">Two columns share a name.</exception>
    public ParquetSchema(params ParquetColumn[] columns)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ParquetColumn column in columns)
        {
            if (!names.Add(column.Name))
            {
                throw new ArgumentException($"two columns are named '{column.Name}'", nameof(columns));
            }
        }

        this.columns = [.. columns];
    }

    public IReadOnlyList<ParquetColumn> Columns => columns;

    /// <summary>The place of a column in the schema, 0 to Columns.Count - 1.</summary>
    /// <exception cref="ArgumentException">The schema has no column of that name.</exception>
    public int IndexOf(string name)
    {
        int index = Array.FindIndex(columns, column => column.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"the schema has no column '{name}'", nameof(name));
    }

    public bool Equals(ParquetSchema? other) => other is not null && columns.AsSpan().SequenceEqual(other.columns);

    public override bool Equals(object? obj) => Equals(obj as ParquetSchema);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (ParquetColumn column in columns)
        {
            hash.Add(column);
        }

        return hash.ToHashCode();
    }
}
