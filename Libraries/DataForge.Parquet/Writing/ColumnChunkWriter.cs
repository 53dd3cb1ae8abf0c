using System.Buffers.Binary;
using DataForge.Parquet.Codecs;
using DataForge.Parquet.Encodings;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Writing;

/// <summary>
/// Encodes a column's values as one column chunk: a dictionary page where a dictionary saves space, then v1 data pages
/// (https://github.com/apache/parquet-format#data-pages), each compressed and with its CRC. Where a page ends depends on the values alone.
/// </summary>
internal sealed class ColumnChunkWriter(Stream stream, PageCompressor compressor, ParquetWriterOptions options) : IDisposable
{
    private readonly ByteBuffer _header = new();
    private readonly ByteBuffer _body = new();
    private readonly ByteBuffer _compressed = new();
    private readonly DictionaryBuilder _dictionary = new();

    /// <summary>The position in the file: bytes written so far.</summary>
    public long Position { get; set; }

    /// <summary>Writes a column chunk to the stream and returns its metadata for the footer.</summary>
    public ColumnChunkMetadata Write(ColumnBuffer column)
    {
        bool useDictionary = _dictionary.TryBuild(column, options.DictionaryBytes);
        ColumnChunkMetadata chunk = new()
        {
            Type = SchemaWriter.Physical(column.Column.Type),
            Codec = compressor.Codec,
            NumValues = column.EntryCount,
            TotalUncompressedSize = 0,
            TotalCompressedSize = 0,
            Statistics = useDictionary
                ? StatisticsBuilder.Compute(column, _dictionary.Values.Span, _dictionary.Count)
                : StatisticsBuilder.Compute(column, column.Values.Span, column.ValueCount),
        };
        chunk.Path.AddRange(SchemaWriter.LeafPath(column.Column));
        chunk.Encodings.Add(Encoding.Rle);
        chunk.Encodings.Add(Encoding.Plain);
        if (useDictionary)
        {
            chunk.Encodings.Add(Encoding.RleDictionary);
            chunk.DictionaryPageOffset = Position;
            WritePage(chunk, _dictionary.Values.Span, _dictionary.Count, PageType.DictionaryPage, Encoding.Plain);
        }

        chunk.DataPageOffset = Position;
        PageCutter cutter = new(column, options.PageBytes, useDictionary ? _dictionary.BitWidth : null);
        while (cutter.Next(out PageSlice page))
        {
            Encoding encoding = useDictionary ? Encoding.RleDictionary : Encoding.Plain;
            WritePage(chunk, Body(column, page, useDictionary), page.Entries, PageType.DataPage, encoding);
        }

        return chunk;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _header.Dispose();
        _body.Dispose();
        _compressed.Dispose();
        _dictionary.Dispose();
    }

    /// <summary>
    /// A v1 page's bytes before compression: repetition levels, definition levels, values. A plain page without levels is a slice of the
    /// buffer.
    /// </summary>
    private ReadOnlySpan<byte> Body(ColumnBuffer column, PageSlice page, bool useDictionary)
    {
        ReadOnlySpan<byte> values = column.Values[page.FirstByte..(page.FirstByte + page.Bytes)];
        if (column.Definitions is null && !useDictionary && column.Column.Type != ParquetType.Boolean)
        {
            return values;
        }

        _body.Clear();
        Range entries = page.FirstEntry..(page.FirstEntry + page.Entries);
        AddLevels(column.Repetitions, entries, 1);
        AddLevels(column.Definitions, entries, column.MaxDefinition);
        if (useDictionary)
        {
            // A byte with the bit width, then the hybrid encoding without a length (Encodings.md, "Dictionary Encoding").
            _body.Add((byte)_dictionary.BitWidth);
            RleEncoder.Encode(_dictionary.Indices.Slice(page.FirstValue, page.Values), _dictionary.BitWidth, _body);
        }
        else if (column.Column.Type == ParquetType.Boolean)
        {
            AddBits(values);
        }
        else
        {
            _body.Add(values);
        }

        return _body.Span;
    }

    /// <summary>Adds the levels of a v1 page: a 4-byte length and the hybrid encoding.</summary>
    private void AddLevels(ByteBuffer? levels, Range entries, int max)
    {
        if (levels is null)
        {
            return;
        }

        int start = _body.Length;
        _body.AddInt32(0);
        RleEncoder.Encode(levels[entries], RleEncoder.BitWidth(max), _body);
        BinaryPrimitives.WriteInt32LittleEndian(_body.Writable(start, 4), _body.Length - start - 4);
    }

    /// <summary>Adds PLAIN booleans: a bit each, least significant first.</summary>
    private void AddBits(ReadOnlySpan<byte> values)
    {
        Span<byte> bits = _body.Take((values.Length + 7) / 8);
        bits.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            bits[i >> 3] |= (byte)(values[i] << (i & 7));
        }
    }

    private void WritePage(ColumnChunkMetadata chunk, ReadOnlySpan<byte> page, int count, PageType type, Encoding encoding)
    {
        ReadOnlySpan<byte> stored = compressor.Compress(page, _compressed);
        _header.Clear();
        if (type == PageType.DictionaryPage)
        {
            PageHeader.WriteDictionaryPage(_header, page.Length, stored.Length, Crc32.Compute(stored), count);
        }
        else
        {
            PageHeader.WriteDataPage(_header, page.Length, stored.Length, Crc32.Compute(stored), count, encoding);
        }

        stream.Write(_header.Span);
        stream.Write(stored);
        Position += _header.Length + stored.Length;
        chunk.TotalUncompressedSize += _header.Length + page.Length;
        chunk.TotalCompressedSize += _header.Length + stored.Length;
    }
}
