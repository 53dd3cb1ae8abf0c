using DataForge.Parquet;

namespace DataForge.Inspection.Verification.SecondReader;

/// <summary>A hash for each column of a table, and one number of rows: what a reader found in a file.</summary>
/// <param name="schema">The table's columns.</param>
internal sealed class ColumnHashes(ParquetSchema schema)
{
    private readonly ColumnHash[] _hashes = [.. schema.Columns.Select(_ => new ColumnHash())];

    /// <summary>The table's columns.</summary>
    public ParquetSchema Schema => schema;

    /// <summary>The rows that were added.</summary>
    public long Rows { get; set; }

    /// <summary>The hash of a column, by its place in the schema.</summary>
    public ColumnHash this[int column] => _hashes[column];

    /// <summary>The names of the columns whose values differ.</summary>
    public IEnumerable<string> DifferencesTo(ColumnHashes other) => schema.Columns
        .Where((_, column) => _hashes[column].Value != other._hashes[column].Value).Select(column => column.Name);

    /// <summary>Adds a row group as the project's own reader gives it.</summary>
    public void Add(ParquetRowGroup group)
    {
        Rows += group.RowCount;
        for (int column = 0; column < _hashes.Length; column++)
        {
            Add(group, schema.Columns[column], _hashes[column]);
        }
    }

    private static void Add(ParquetRowGroup group, ParquetColumn column, ColumnHash hash)
    {
        switch (column)
        {
            case { IsList: true }:
                AddLists(group.StringList(column.Name), hash);
                break;
            case { Type: ParquetType.Boolean }:
                BooleanColumn flags = group.Boolean(column.Name);
                AddRows(flags, hash, row => hash.Add(flags[row] ? 1 : 0));
                break;
            case { Type: ParquetType.Int32 }:
                Int32Column numbers = group.Int32(column.Name);
                AddRows(numbers, hash, row => hash.Add(numbers[row]));
                break;
            case { Type: ParquetType.Int64 }:
                Int64Column longs = group.Int64(column.Name);
                AddRows(longs, hash, row => hash.Add(longs[row]));
                break;
            case { Type: ParquetType.Double }:
                DoubleColumn doubles = group.Double(column.Name);
                AddRows(doubles, hash, row => hash.Add(doubles[row]));
                break;
            default:
                BinaryColumn bytes = group.Binary(column.Name);
                AddRows(bytes, hash, row => hash.Add(bytes[row]));
                break;
        }
    }

    private static void AddRows(ParquetColumnView column, ColumnHash hash, Action<int> add)
    {
        for (int row = 0; row < column.Count; row++)
        {
            if (column.IsNull(row))
            {
                hash.AddNull();
            }
            else
            {
                add(row);
            }
        }
    }

    // Parquet.Net gives the elements of lists as UTF-16 only.
    private static void AddLists(StringListColumn lists, ColumnHash hash)
    {
        for (int row = 0; row < lists.Count; row++)
        {
            if (lists.IsNull(row))
            {
                hash.AddNull();
                continue;
            }

            string[] elements = lists.GetStrings(row);
            hash.AddLength(elements.Length);
            foreach (string element in elements)
            {
                hash.Add(element.AsSpan());
            }
        }
    }
}
