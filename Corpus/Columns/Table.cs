using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

/// <summary>A declared column as one table has it.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsNullable">Whether a row may have no value.</param>
/// <param name="Meaning">What a value means in this table.</param>
public sealed record TableColumn(Column Column, bool IsNullable, string Meaning)
{
    /// <summary>A column that always has a value and means what its declaration says.</summary>
    public static implicit operator TableColumn(Column column) => new(column, IsNullable: false, column.Meaning);
}

/// <summary>
/// A table that the program writes: its name, the version of its columns, and the columns in order. The declared tables are the static
/// members of this class; there is no other way to make one.
/// </summary>
public sealed partial class Table
{
    // Runs the declarations before the first use of any member, so that All is complete.
    static Table()
    {
    }

    private Table(string name, int? version, params TableColumn[] columns)
    {
        (Name, Kind, Columns) = (name, version is null ? null : $"{name} v{version}", columns);
        Schema = new ParquetSchema([.. columns.Select(column =>
            new ParquetColumn(column.Column.Name, column.Column.Type, column.IsNullable, column.Column.IsList))]);
        Registry.Tables.Add(this);
    }

    /// <summary>Every declared table.</summary>
    public static IReadOnlyList<Table> All => Registry.Tables;

    /// <summary>The name, such as <c>dropped</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Name and version, as the file states them under <see cref="Shards.ShardFile.KindKey"/>; null for a table that does not state them.
    /// </summary>
    public string? Kind { get; }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>The columns as the Parquet library takes them.</summary>
    public ParquetSchema Schema { get; }

    /// <inheritdoc/>
    public override string ToString() => Kind ?? Name;

    // A class of its own: it exists before the first declaration, in whichever order the compiler takes the files of the partial class.
    private static class Registry
    {
        internal static readonly List<Table> Tables = [];
    }
}
