using System.Buffers.Binary;
using DataForge.Parquet.Codecs;
using DataForge.Parquet.Metadata;
using DataForge.Parquet.Writing;

namespace DataForge.Parquet;

/// <summary>
/// Writes a Parquet file (https://github.com/apache/parquet-format), row by row: a value for each column, then <see cref="EndRow"/>.
/// Memory is bounded by the row group (<see cref="ParquetWriterOptions.RowGroupBytes"/>) and a page. Not thread-safe.
/// </summary>
/// <remarks>
/// <see cref="Close"/> writes the footer; without it no reader can open the file, so a writer that is disposed after a fault leaves
/// nothing that could be taken for a whole file. The stream stays open.
/// </remarks>
public sealed class ParquetWriter : IDisposable
{
    /// <summary>Stands in the footer; its version rises whenever the same rows would give other bytes.</summary>
    public const string CreatedBy = "DataForge version 1.0.0 (build 1)";

    /// <summary>Longest text encoded on the stack before it is appended.</summary>
    private const int StackText = 512;

    private static readonly byte[] Magic = "PAR1"u8.ToArray();

    private readonly Stream stream;
    private readonly ParquetWriterOptions options;
    private readonly ColumnBuffer[] columns;
    private readonly PageCompressor compressor;
    private readonly ColumnChunkWriter chunkWriter;
    private readonly FileMetadata file = new() { CreatedBy = CreatedBy };
    private readonly ByteBuffer text = new();
    private long rowsInGroup;
    private int openList = -1;
    private bool openListIsEmpty;
    private bool closed;

    /// <param name="stream">Where the file goes, from the stream's present position; need not seek.</param>
    /// <param name="metadata">Key-value metadata; written in ordinal order of the keys.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the schema has no column or a list of another type than String or Int64.</exception>
    public ParquetWriter(
        Stream stream, ParquetSchema schema, ParquetWriterOptions? options = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        this.stream = stream;
        this.options = options ?? new ParquetWriterOptions();
        this.options.Validate();
        Schema = schema;
        if (schema.Columns.Count == 0)
        {
            throw new ArgumentException("a file needs at least one column", nameof(schema));
        }

        foreach (ParquetColumn column in schema.Columns)
        {
            if (column.IsList && column.Type is not (ParquetType.String or ParquetType.Int64))
            {
                throw new ArgumentException($"column '{column.Name}': lists of {column.Type} are not written, only of String and Int64");
            }
        }

        // The last row before a row group is full goes a little beyond its size.
        int usualMaximum = (int)(this.options.RowGroupBytes + this.options.PageBytes);
        columns = [.. schema.Columns.Select(column => new ColumnBuffer(column, usualMaximum))];
        SchemaWriter.Write(schema, file.Schema);
        file.KeyValues.AddRange((metadata ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        compressor = new PageCompressor(this.options.Codec, this.options.Level);
        chunkWriter = new ColumnChunkWriter(stream, compressor, this.options);
        stream.Write(Magic);
        chunkWriter.Position = Magic.Length;
    }

    public ParquetSchema Schema { get; }

    /// <summary>Rows ended so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Appends a String or Binary column's value. A String's bytes must be valid UTF-8: the caller's promise, not checked here.</summary>
    /// <exception cref="ArgumentException">The value is above 512 MiB.</exception>
    public void AppendBinary(int column, ReadOnlySpan<byte> value) => Value(column, ParquetType.String, ParquetType.Binary).AddBytes(value);

    public void AppendString(int column, string value) => AddText(Value(column, ParquetType.String, ParquetType.String), value);

    public void AppendInt32(int column, int value) => Value(column, ParquetType.Int32, ParquetType.Int32).AddInt32(value);

    public void AppendInt64(int column, long value) => Value(column, ParquetType.Int64, ParquetType.Int64).AddInt64(value);

    public void AppendFloat(int column, float value) =>
        Value(column, ParquetType.Float, ParquetType.Float).AddInt32(BitConverter.SingleToInt32Bits(value));

    public void AppendDouble(int column, double value) =>
        Value(column, ParquetType.Double, ParquetType.Double).AddInt64(BitConverter.DoubleToInt64Bits(value));

    public void AppendBoolean(int column, bool value) => Value(column, ParquetType.Boolean, ParquetType.Boolean).AddBoolean(value);

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

    public void AppendStringList(int column, IReadOnlyList<string> values)
    {
        BeginList(column);
        for (int i = 0; i < values.Count; i++)
        {
            AddText(Element(ParquetType.String), values[i]);
        }

        EndList();
    }

    public void AppendInt64List(int column, ReadOnlySpan<long> values)
    {
        BeginList(column);
        foreach (long value in values)
        {
            Element(ParquetType.Int64).AddInt64(value);
        }

        EndList();
    }

    /// <summary>Starts a list column's value; elements follow, then <see cref="EndList"/>.</summary>
    public void BeginList(int column)
    {
        ColumnBuffer buffer = StartValue(column);
        if (!buffer.Column.IsList)
        {
            throw new InvalidOperationException($"column '{buffer.Column.Name}' is no list");
        }

        openList = column;
        openListIsEmpty = true;
    }

    /// <summary>Appends an element, valid UTF-8, to the list of strings that is open.</summary>
    public void AppendElement(ReadOnlySpan<byte> utf8) => Element(ParquetType.String).AddBytes(utf8);

    public void EndList()
    {
        if (openList < 0)
        {
            throw new InvalidOperationException("no list is open");
        }

        ColumnBuffer buffer = columns[openList];
        if (openListIsEmpty)
        {
            buffer.MarkEmptyList();
        }

        buffer.RowIsSet = true;
        openList = -1;
    }

    /// <summary>Ends a row; writes the row group out when it is full.</summary>
    /// <exception cref="InvalidOperationException">A column has no value, or a list is open.</exception>
    public void EndRow()
    {
        long bytes = 0;
        foreach (ColumnBuffer column in columns)
        {
            if (!column.RowIsSet)
            {
                throw new InvalidOperationException($"the row has no value for column '{column.Column.Name}'");
            }

            bytes += column.Bytes;
        }

        foreach (ColumnBuffer column in columns)
        {
            column.RowIsSet = false;
        }

        RowCount++;
        rowsInGroup++;
        if (bytes >= options.RowGroupBytes)
        {
            FlushRowGroup();
        }
    }

    /// <summary>Writes the rows ended since the last row group as a row group of their own; nothing where there are none.</summary>
    /// <exception cref="InvalidOperationException">A row is begun but not ended.</exception>
    public void FlushRowGroup()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (openList >= 0 || Array.Exists(columns, column => column.RowIsSet))
        {
            throw new InvalidOperationException("a row is begun but not ended");
        }

        if (rowsInGroup == 0)
        {
            return;
        }

        RowGroupMetadata group = new() { NumRows = rowsInGroup, FileOffset = chunkWriter.Position, TotalByteSize = 0 };
        foreach (ColumnBuffer column in columns)
        {
            ColumnChunkMetadata chunk = chunkWriter.Write(column);
            group.Columns.Add(chunk);
            group.TotalByteSize += chunk.TotalUncompressedSize;
            column.Clear();
        }

        file.RowGroups.Add(group);
        rowsInGroup = 0;
    }

    /// <summary>Writes the last row group and the footer. The stream stays open; nothing more can be appended.</summary>
    public void Close()
    {
        FlushRowGroup();
        closed = true;
        file.NumRows = RowCount;
        using ByteBuffer footer = new();
        FooterWriter.Write(footer, file);
        footer.AddInt32(footer.Length);
        footer.Add(Magic);
        stream.Write(footer.Span);
        stream.Flush();
    }

    public void Dispose()
    {
        closed = true;
        compressor.Dispose();
        chunkWriter.Dispose();
        text.Dispose();
        foreach (ColumnBuffer column in columns)
        {
            column.Dispose();
        }
    }

    private ColumnBuffer StartValue(int column)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        ColumnBuffer buffer = columns[column];
        if (buffer.RowIsSet || openList >= 0)
        {
            throw new InvalidOperationException($"column '{buffer.Column.Name}' already has its value in this row, or a list is open");
        }

        return buffer;
    }

    /// <summary>The buffer that takes a plain value of one of two types, its levels already marked.</summary>
    private ColumnBuffer Value(int column, ParquetType type, ParquetType orType)
    {
        ColumnBuffer buffer = StartValue(column);
        if (buffer.Column.IsList || (buffer.Column.Type != type && buffer.Column.Type != orType))
        {
            throw new InvalidOperationException($"column '{buffer.Column.Name}' takes no such value: {buffer.Column}");
        }

        buffer.MarkPresent();
        buffer.RowIsSet = true;
        return buffer;
    }

    private ColumnBuffer Element(ParquetType type)
    {
        if (openList < 0 || columns[openList].Column.Type != type)
        {
            throw new InvalidOperationException($"no list of {type} is open");
        }

        columns[openList].MarkElement(openListIsEmpty);
        openListIsEmpty = false;
        return columns[openList];
    }

    private void AddText(ColumnBuffer buffer, string value)
    {
        if (value.Length <= StackText / 3)
        {
            Span<byte> bytes = stackalloc byte[StackText];
            buffer.AddBytes(bytes[..System.Text.Encoding.UTF8.GetBytes(value, bytes)]);
            return;
        }

        text.Clear();
        System.Text.Encoding.UTF8.GetBytes(value, text.Take(System.Text.Encoding.UTF8.GetByteCount(value)));
        buffer.AddBytes(text.Span);
    }
}
