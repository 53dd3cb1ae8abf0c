namespace DataForge.Parquet;

/// <summary>The type of a column's values.</summary>
public enum ParquetType
{
    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>64-bit signed integer.</summary>
    Int64,

    /// <summary>IEEE 754, 32 bits.</summary>
    Float,

    /// <summary>IEEE 754, 64 bits.</summary>
    Double,

    /// <summary>Text in UTF-8: a byte array with the logical type STRING.</summary>
    String,

    /// <summary>Any bytes: a byte array without a logical type.</summary>
    Binary,
}

/// <summary>One column of a table.</summary>
/// <param name="Name">The column's name, unique in its schema.</param>
/// <param name="Type">The type of its values, or of its list's elements.</param>
/// <param name="Nullable">Whether a row may have no value (for a list: no list, which differs from an empty one).</param>
/// <param name="IsList">
/// Whether a row has a list of values, in the standard three-level form. The writer supports lists of String and Int64 without null
/// elements.
/// </param>
public sealed record ParquetColumn(string Name, ParquetType Type, bool Nullable = false, bool IsList = false)
{
    /// <summary>
    /// For decimal numbers: the digits after the point, by which a stored whole number is to be divided (12.00 is stored as 1200). Null
    /// for all other columns. Only the reader sets it.
    /// </summary>
    public int? DecimalScale { get; init; }
}

/// <summary>The columns of a table in order. Two schemas are equal when their columns are equal.</summary>
public sealed class ParquetSchema : IEquatable<ParquetSchema>
{
    private readonly ParquetColumn[] _columns;

    /// <param name="columns">The columns in order.</param>
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

        _columns = [.. columns];
    }

    /// <summary>The columns in order.</summary>
    public IReadOnlyList<ParquetColumn> Columns => _columns;

    /// <summary>The index of a column in the schema, 0 to Columns.Count - 1.</summary>
    /// <exception cref="ArgumentException">The schema has no column of that name.</exception>
    public int IndexOf(string name)
    {
        int index = Array.FindIndex(_columns, column => column.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"the schema has no column '{name}'", nameof(name));
    }

    /// <inheritdoc/>
    public bool Equals(ParquetSchema? other) => other is not null && _columns.AsSpan().SequenceEqual(other._columns);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParquetSchema);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (ParquetColumn column in _columns)
        {
            hash.Add(column);
        }

        return hash.ToHashCode();
    }
}
