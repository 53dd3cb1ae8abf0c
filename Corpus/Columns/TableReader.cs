using DataForge.Corpus.Shards;
using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

/// <summary>
/// Reads a file of a declared table, one row group in memory at a time. <see cref="ColumnReading"/> gives the values of a column.
/// </summary>
public sealed class TableReader : IDisposable
{
    private readonly ParquetReader _reader;
    private readonly string _path;

    /// <summary>Opens a file and checks which table it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tables">The tables it may be: the versions of one that the caller reads.</param>
    /// <exception cref="DataForgeException">It is damaged, or none of these tables.</exception>
    public TableReader(string path, params ReadOnlySpan<Table> tables)
    {
        _path = path;
        _reader = ShardFile.Open(path);
        _reader.Metadata.TryGetValue(ShardFile.KindKey, out string? kind);
        foreach (Table table in tables)
        {
            if (kind == table.Kind && (kind is not null || _reader.Schema.Equals(table.Schema)))
            {
                Table = table;
                return;
            }
        }

        _reader.Dispose();
        throw ShardFile.WrongKind(path, kind, tables[0].ToString());
    }

    /// <summary>The table that the file holds.</summary>
    public Table Table { get; }

    /// <summary>Rows in the file.</summary>
    public long RowCount => _reader.RowCount;

    /// <summary>Row groups in the file.</summary>
    public int RowGroupCount => _reader.RowGroupCount;

    /// <summary>Reads all columns of a row group; dispose the result when done with its values.</summary>
    /// <exception cref="DataForgeException">The row group is damaged.</exception>
    public ParquetRowGroup ReadRowGroup(int index) => ShardFile.Read(_reader, _path, index, []);

    /// <summary>Reads some columns of a row group; dispose the result when done with its values.</summary>
    /// <exception cref="DataForgeException">The row group is damaged.</exception>
    public ParquetRowGroup ReadRowGroup(int index, params ReadOnlySpan<Column> columns)
    {
        string[] names = new string[columns.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = columns[i].Name;
        }

        return ShardFile.Read(_reader, _path, index, names);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
