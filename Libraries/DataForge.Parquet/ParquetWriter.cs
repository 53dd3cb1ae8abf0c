using DataForge.Parquet.Codecs;
using DataForge.Parquet.Metadata;
using DataForge.Parquet.Writing;

namespace DataForge.Parquet;

/// <summary>
/// Writes a Parquet file (https://github.com/apache/parquet-format), row by row: a value for each column, then <see cref="EndRow"/>.
/// Memory is bounded by a row group (<see cref="ParquetWriterOptions.RowGroupBytes"/>) and a page. Not thread-safe.
/// </summary>
/// <remarks>
/// <see cref="Close"/> writes the footer; without it no reader can open the file, so a writer that is disposed after an error does not
/// leave a file that looks complete. The stream stays open.
/// </remarks>
public sealed class ParquetWriter : IDisposable
{
    /// <summary>The writer's name in the footer. The version is raised whenever the same rows would give other bytes.</summary>
    public const string CreatedBy = "DataForge version 1.0.0 (build 1)";

    private static readonly byte[] Magic = "PAR1"u8.ToArray();

    private readonly Stream _stream;
    private readonly ParquetWriterOptions _options;
    private readonly ColumnBuffer[] _columns;
    private readonly PageCompressor _compressor;
    private readonly ColumnChunkWriter _chunkWriter;
    private readonly FileMetadata _file = new() { CreatedBy = CreatedBy };
    private long _rowsInGroup;
    private int _openList = -1;
    private bool _openListIsEmpty;
    private bool _closed;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Where the file is written, from the stream's current position on; need not be able to seek.</param>
    /// <param name="schema">The table's columns.</param>
    /// <param name="options">The file's layout; null for the defaults.</param>
    /// <param name="metadata">Key-value metadata; written in ordinal order of the keys.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, the schema has no column, or it has a list of another type than String or Int64.
    /// </exception>
    public ParquetWriter(
        Stream stream, ParquetSchema schema, ParquetWriterOptions? options = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        _stream = stream;
        _options = options ?? new ParquetWriterOptions();
        _options.Validate();
        Schema = schema;
        if (schema.Columns.Count == 0)
        {
            throw new ArgumentException("a file needs at least one column", nameof(schema));
        }

        foreach (ParquetColumn column in schema.Columns)
        {
            if (column.IsList && column.Type is not (ParquetType.String or ParquetType.Int64))
            {
                throw new ArgumentException($"column '{column.Name}': lists of {column.Type} are not supported, only of String and Int64");
            }
        }

        // The last row of a row group may exceed the row group's size a little.
        int usualMaximum = (int)(_options.RowGroupBytes + _options.PageBytes);
        _columns = [.. schema.Columns.Select(column => new ColumnBuffer(column, usualMaximum))];
        SchemaWriter.Write(schema, _file.Schema);
        _file.KeyValues.AddRange((metadata ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        _compressor = new PageCompressor(_options.Codec, _options.Level);
        _chunkWriter = new ColumnChunkWriter(_stream, _compressor, _options);
        _stream.Write(Magic);
        _chunkWriter.Position = Magic.Length;
    }

    /// <summary>The table's columns.</summary>
    public ParquetSchema Schema { get; }

    /// <summary>Rows ended so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>
    /// Appends the value of a String or Binary column. A String's bytes must be valid UTF-8; this is not checked. This and the other
    /// methods that append a value throw <see cref="InvalidOperationException"/> where the column has another type, has its value already,
    /// or a list is open.
    /// </summary>
    /// <exception cref="ArgumentException">The value is larger than 512 MiB.</exception>
    public void AppendBinary(int column, ReadOnlySpan<byte> value) => Value(column, ParquetType.String, ParquetType.Binary).AddBytes(value);

    /// <summary>Appends the value of a String column.</summary>
    public void AppendString(int column, string value) => Value(column, ParquetType.String, ParquetType.String).AddText(value);

    /// <summary>Appends the value of an Int32 column.</summary>
    public void AppendInt32(int column, int value) => Value(column, ParquetType.Int32, ParquetType.Int32).AddInt32(value);

    /// <summary>Appends the value of an Int64 column.</summary>
    public void AppendInt64(int column, long value) => Value(column, ParquetType.Int64, ParquetType.Int64).AddInt64(value);

    /// <summary>Appends the value of a Float column.</summary>
    public void AppendFloat(int column, float value) =>
        Value(column, ParquetType.Float, ParquetType.Float).AddInt32(BitConverter.SingleToInt32Bits(value));

    /// <summary>Appends the value of a Double column.</summary>
    public void AppendDouble(int column, double value) =>
        Value(column, ParquetType.Double, ParquetType.Double).AddInt64(BitConverter.DoubleToInt64Bits(value));

    /// <summary>Appends the value of a Boolean column.</summary>
    public void AppendBoolean(int column, bool value) => Value(column, ParquetType.Boolean, ParquetType.Boolean).AddBoolean(value);

    /// <summary>Appends a null to a nullable column.</summary>
    /// <exception cref="InvalidOperationException">The column is not nullable.</exception>
    public void AppendNull(int column)
    {
        ColumnBuffer buffer = StartValue(column);
        if (!buffer.Column.Nullable)
        {
            throw new InvalidOperationException($"column '{buffer.Column.Name}' is not nullable");
        }

        buffer.MarkNull();
        buffer.RowIsSet = true;
    }

    /// <summary>Appends the value of a column of lists of strings.</summary>
    public void AppendStringList(int column, IReadOnlyList<string> values)
    {
        BeginList(column);
        for (int i = 0; i < values.Count; i++)
        {
            Element(ParquetType.String).AddText(values[i]);
        }

        EndList();
    }

    /// <summary>Appends the value of a column of lists of 64-bit integers.</summary>
    public void AppendInt64List(int column, ReadOnlySpan<long> values)
    {
        BeginList(column);
        foreach (long value in values)
        {
            Element(ParquetType.Int64).AddInt64(value);
        }

        EndList();
    }

    /// <summary>Begins the value of a list column; its elements follow, then <see cref="EndList"/>.</summary>
    public void BeginList(int column)
    {
        ColumnBuffer buffer = StartValue(column);
        if (!buffer.Column.IsList)
        {
            throw new InvalidOperationException($"column '{buffer.Column.Name}' is not a list");
        }

        _openList = column;
        _openListIsEmpty = true;
    }

    /// <summary>Appends an element, in valid UTF-8, to the open list of strings.</summary>
    public void AppendElement(ReadOnlySpan<byte> utf8) => Element(ParquetType.String).AddBytes(utf8);

    /// <summary>Ends the open list.</summary>
    /// <exception cref="InvalidOperationException">No list is open.</exception>
    public void EndList()
    {
        if (_openList < 0)
        {
            throw new InvalidOperationException("no list is open");
        }

        ColumnBuffer buffer = _columns[_openList];
        if (_openListIsEmpty)
        {
            buffer.MarkEmptyList();
        }

        buffer.RowIsSet = true;
        _openList = -1;
    }

    /// <summary>Ends a row, and writes the row group when it is full.</summary>
    /// <exception cref="InvalidOperationException">A column has no value, or a list is open.</exception>
    public void EndRow()
    {
        long bytes = 0;
        foreach (ColumnBuffer column in _columns)
        {
            if (!column.RowIsSet)
            {
                throw new InvalidOperationException($"the row has no value for column '{column.Column.Name}'");
            }

            bytes += column.Bytes;
        }

        foreach (ColumnBuffer column in _columns)
        {
            column.RowIsSet = false;
        }

        RowCount++;
        _rowsInGroup++;
        if (bytes >= _options.RowGroupBytes)
        {
            FlushRowGroup();
        }
    }

    /// <summary>Writes the rows since the last row group as a row group of their own; does nothing if there are none.</summary>
    /// <exception cref="InvalidOperationException">A row has been begun but not ended.</exception>
    public void FlushRowGroup()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_openList >= 0 || Array.Exists(_columns, column => column.RowIsSet))
        {
            throw new InvalidOperationException("a row has been begun but not ended");
        }

        if (_rowsInGroup == 0)
        {
            return;
        }

        RowGroupMetadata group = new() { NumRows = _rowsInGroup, FileOffset = _chunkWriter.Position, TotalByteSize = 0 };
        foreach (ColumnBuffer column in _columns)
        {
            ColumnChunkMetadata chunk = _chunkWriter.Write(column);
            group.Columns.Add(chunk);
            group.TotalByteSize += chunk.TotalUncompressedSize;
            column.Clear();
        }

        _file.RowGroups.Add(group);
        _rowsInGroup = 0;
    }

    /// <summary>Writes the last row group and the footer. The stream stays open; nothing more can be appended.</summary>
    public void Close()
    {
        FlushRowGroup();
        _closed = true;
        _file.NumRows = RowCount;
        using ByteBuffer footer = new();
        FooterWriter.Write(footer, _file);
        footer.AddInt32(footer.Length);
        footer.Add(Magic);
        _stream.Write(footer.Span);
        _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        _compressor.Dispose();
        _chunkWriter.Dispose();
        foreach (ColumnBuffer column in _columns)
        {
            column.Dispose();
        }
    }

    private ColumnBuffer StartValue(int column)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ColumnBuffer buffer = _columns[column];
        if (buffer.RowIsSet || _openList >= 0)
        {
            throw new InvalidOperationException($"column '{buffer.Column.Name}' already has its value in this row, or a list is open");
        }

        return buffer;
    }

    /// <summary>The buffer of a column that is not a list and has one of two types; its levels are set for a value.</summary>
    private ColumnBuffer Value(int column, ParquetType type, ParquetType orType)
    {
        ColumnBuffer buffer = StartValue(column);
        if (buffer.Column.IsList || (buffer.Column.Type != type && buffer.Column.Type != orType))
        {
            throw new InvalidOperationException($"column '{buffer.Column.Name}' cannot take such a value: {buffer.Column}");
        }

        buffer.MarkPresent();
        buffer.RowIsSet = true;
        return buffer;
    }

    private ColumnBuffer Element(ParquetType type)
    {
        if (_openList < 0 || _columns[_openList].Column.Type != type)
        {
            throw new InvalidOperationException($"no list of {type} is open");
        }

        _columns[_openList].MarkElement(_openListIsEmpty);
        _openListIsEmpty = false;
        return _columns[_openList];
    }
}
