using System.Buffers.Binary;
using DataForge.Parquet.Codecs;
using DataForge.Parquet.Encodings;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Writing;

/// <summary>
/// Encodes a column's buffered values as one column chunk: a dictionary page where a dictionary pays, then v1 data pages
/// (https://github.com/apache/parquet-format#data-pages), each compressed and with its CRC. Where a page ends depends on the values alone.
/// </summary>
internal sealed class ColumnChunkWriter(Stream stream, PageCompressor compressor, ParquetWriterOptions options) : IDisposable
{
    private readonly ByteBuffer header = new();
    private readonly ByteBuffer body = new();
    private readonly ByteBuffer compressed = new();
    private readonly DictionaryBuilder dictionary = new();

    /// <summary>Bytes written to the stream through this writer so far, from the file's beginning.</summary>
    public long Position { get; set; }

    public ColumnChunkMetadata Write(ColumnBuffer column)
    {
        bool useDictionary = dictionary.TryBuild(column, options.DictionaryBytes);
        ColumnChunkMetadata chunk = new()
        {
            Type = SchemaWriter.Physical(column.Column.Type),
            Codec = compressor.Codec,
            NumValues = column.EntryCount,
            TotalUncompressedSize = 0,
            TotalCompressedSize = 0,
            Statistics = useDictionary
                ? StatisticsBuilder.Compute(column, dictionary.Values.Span, dictionary.Count)
                : StatisticsBuilder.Compute(column, column.Values.Span, column.ValueCount),
        };
        chunk.Path.AddRange(SchemaWriter.LeafPath(column.Column));
        chunk.Encodings.Add(Encoding.Rle);
        chunk.Encodings.Add(Encoding.Plain);
        if (useDictionary)
        {
            chunk.Encodings.Add(Encoding.RleDictionary);
            chunk.DictionaryPageOffset = Position;
            WritePage(chunk, dictionary.Values.Span, dictionary.Count, PageType.DictionaryPage, Encoding.Plain);
        }

        chunk.DataPageOffset = Position;
        PageCutter cutter = new(column, options.PageBytes, useDictionary ? dictionary.BitWidth : null);
        while (cutter.Next(out PageSlice page))
        {
            Encoding encoding = useDictionary ? Encoding.RleDictionary : Encoding.Plain;
            WritePage(chunk, Body(column, page, useDictionary), page.Entries, PageType.DataPage, encoding);
        }

        return chunk;
    }

    public void Dispose()
    {
        header.Dispose();
        body.Dispose();
        compressed.Dispose();
        dictionary.Dispose();
    }

    /// <summary>A v1 page's bytes before compression: repetition levels, definition levels, values. A plain page without levels is the buffer's own slice.</summary>
    private ReadOnlySpan<byte> Body(ColumnBuffer column, PageSlice page, bool useDictionary)
    {
        ReadOnlySpan<byte> values = column.Values[page.FirstByte..(page.FirstByte + page.Bytes)];
        if (column.Definitions is null && !useDictionary && column.Column.Type != ParquetType.Boolean)
        {
            return values;
        }

        body.Clear();
        Range entries = page.FirstEntry..(page.FirstEntry + page.Entries);
        AddLevels(column.Repetitions, entries, 1);
        AddLevels(column.Definitions, entries, column.MaxDefinition);
        if (useDictionary)
        {
            // A byte with the width, then the hybrid without a length before it (Encodings.md, "Dictionary Encoding").
            body.Add((byte)dictionary.BitWidth);
            RleEncoder.Encode(dictionary.Indices.Slice(page.FirstValue, page.Values), dictionary.BitWidth, body);
        }
        else if (column.Column.Type == ParquetType.Boolean)
        {
            AddBits(values);
        }
        else
        {
            body.Add(values);
        }

        return body.Span;
    }

    /// <summary>In a v1 page levels are the hybrid behind a 4-byte length.</summary>
    private void AddLevels(ByteBuffer? levels, Range entries, int max)
    {
        if (levels is null)
        {
            return;
        }

        int start = body.Length;
        body.AddInt32(0);
        RleEncoder.Encode(levels[entries], RleEncoder.BitWidth(max), body);
        BinaryPrimitives.WriteInt32LittleEndian(body.Writable(start, 4), body.Length - start - 4);
    }

    /// <summary>PLAIN booleans: a bit each, least significant first.</summary>
    private void AddBits(ReadOnlySpan<byte> values)
    {
        Span<byte> bits = body.Take((values.Length + 7) / 8);
        bits.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            bits[i >> 3] |= (byte)(values[i] << (i & 7));
        }
    }

    private void WritePage(ColumnChunkMetadata chunk, ReadOnlySpan<byte> page, int count, PageType type, Encoding encoding)
    {
        ReadOnlySpan<byte> stored = compressor.Compress(page, compressed);
        header.Clear();
        if (type == PageType.DictionaryPage)
        {
            PageHeader.WriteDictionaryPage(header, page.Length, stored.Length, Crc32.Compute(stored), count);
        }
        else
        {
            PageHeader.WriteDataPage(header, page.Length, stored.Length, Crc32.Compute(stored), count, encoding);
        }

        stream.Write(header.Span);
        stream.Write(stored);
        Position += header.Length + stored.Length;
        chunk.TotalUncompressedSize += header.Length + page.Length;
        chunk.TotalCompressedSize += header.Length + stored.Length;
    }
}
