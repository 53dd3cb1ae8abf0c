using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

/// <summary>
/// A column of a table that the program writes: its name, the type of its values and their meaning. The declared columns are the static
/// members of this class; there is no other way to make one. Readers, writers, schemas and <c>docs/data-format.md</c> use them.
/// </summary>
public abstract partial class Column
{
    // Runs the declarations before the first use of any member, so that All is complete.
    static Column()
    {
    }

    private protected Column(string name, ParquetType type, bool isList, string meaning)
    {
        (Name, Type, IsList, Meaning, Ordinal) = (name, type, isList, meaning, Registry.Columns.Count);
        Registry.Columns.Add(this);
    }

    /// <summary>Every declared column, in the order of declaration. Two may share a name where two tables use it differently.</summary>
    public static IReadOnlyList<Column> All => Registry.Columns;

    /// <summary>The name in the file.</summary>
    public string Name { get; }

    /// <summary>The type of the values, or of a list's elements.</summary>
    public ParquetType Type { get; }

    /// <summary>Whether each row has a list of values.</summary>
    public bool IsList { get; }

    /// <summary>What a value means, in a sentence or less, without a full stop.</summary>
    public string Meaning { get; }

    /// <summary>The position in <see cref="All"/>.</summary>
    internal int Ordinal { get; }

    /// <summary>The column in a table where a row may have no value.</summary>
    /// <param name="meaning">What it means in that table, where that differs from <see cref="Meaning"/>.</param>
    public TableColumn OrNull(string? meaning = null) => new(this, IsNullable: true, meaning ?? Meaning);

    /// <summary>The column in a table where it has a more specific meaning than <see cref="Meaning"/>.</summary>
    public TableColumn As(string meaning) => new(this, IsNullable: false, meaning);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Column<BinaryColumn> Text(string name, string meaning) =>
        new(name, ParquetType.String, false, meaning, static (rows, column) => rows.Binary(column));

    private static Column<BinaryColumn> Bytes(string name, string meaning) =>
        new(name, ParquetType.Binary, false, meaning, static (rows, column) => rows.Binary(column));

    private static Column<Int32Column> Int32(string name, string meaning) =>
        new(name, ParquetType.Int32, false, meaning, static (rows, column) => rows.Int32(column));

    private static Column<Int64Column> Int64(string name, string meaning) =>
        new(name, ParquetType.Int64, false, meaning, static (rows, column) => rows.Int64(column));

    private static Column<DoubleColumn> Double(string name, string meaning) =>
        new(name, ParquetType.Double, false, meaning, static (rows, column) => rows.Double(column));

    private static Column<BooleanColumn> Boolean(string name, string meaning) =>
        new(name, ParquetType.Boolean, false, meaning, static (rows, column) => rows.Boolean(column));

    private static Column<StringListColumn> TextList(string name, string meaning) =>
        new(name, ParquetType.String, true, meaning, static (rows, column) => rows.StringList(column));

    // A class of its own: it exists before the first declaration, in whichever order the compiler takes the files of the partial class.
    private static class Registry
    {
        internal static readonly List<Column> Columns = [];
    }
}

/// <summary>A declared column whose values are read through a view of this type.</summary>
/// <typeparam name="TView">The Parquet library's view, such as <see cref="BinaryColumn"/> for text and bytes.</typeparam>
public sealed class Column<TView> : Column
{
    private readonly Func<ParquetRowGroup, string, TView> _view;

    internal Column(string name, ParquetType type, bool isList, string meaning, Func<ParquetRowGroup, string, TView> view)
        : base(name, type, isList, meaning) => _view = view;

    internal TView View(ParquetRowGroup rows) => _view(rows, Name);
}

/// <summary>Reads row groups by declared column.</summary>
public static class ColumnReading
{
    /// <summary>The values of a column. Ask once for a row group, not once for a row.</summary>
    /// <exception cref="ArgumentException">The column was not read, or has another type in the file.</exception>
    public static TView Get<TView>(this ParquetRowGroup rows, Column<TView> column) => column.View(rows);
}
