using DataForge.Parquet.Thrift;

namespace DataForge.Parquet.Metadata;

/// <summary>Writes the footer's <c>FileMetaData</c> (parquet.thrift).</summary>
internal static class FooterWriter
{
    /// <summary>Appends a footer, without its length and the magic bytes.</summary>
    public static void Write(ByteBuffer output, FileMetadata file)
    {
        CompactWriter writer = new(output);
        writer.BeginElement();
        writer.I32(1, file.Version);
        writer.List(2, CompactType.Struct, file.Schema.Count);
        foreach (SchemaElement element in file.Schema)
        {
            WriteSchema(writer, element);
        }

        writer.I64(3, file.NumRows);
        writer.List(4, CompactType.Struct, file.RowGroups.Count);
        foreach (RowGroupMetadata group in file.RowGroups)
        {
            WriteRowGroup(writer, group);
        }

        if (file.KeyValues.Count > 0)
        {
            WriteKeyValues(writer, file.KeyValues);
        }

        writer.String(6, file.CreatedBy!);
        WriteColumnOrders(writer, file.Schema.Count(element => element.Type is not null));
        writer.EndStruct();
    }

    private static void WriteSchema(CompactWriter writer, SchemaElement element)
    {
        writer.BeginElement();
        if (element.Type is { } type)
        {
            writer.I32(1, (int)type);
        }

        if (element.Repetition is { } repetition)
        {
            writer.I32(3, (int)repetition);
        }

        writer.String(4, element.Name!);
        if (element.Type is null)
        {
            writer.I32(5, element.NumChildren);
        }

        if (element.Converted is { } converted)
        {
            writer.I32(6, (int)converted);
        }

        // LogicalType is a union of empty structs: 1 STRING, 3 LIST.
        if (element.Logical.Kind is ParquetLogicalKind.String or ParquetLogicalKind.List)
        {
            writer.BeginStruct(10);
            writer.BeginStruct(element.Logical.Kind == ParquetLogicalKind.String ? (short)1 : (short)3);
            writer.EndStruct();
            writer.EndStruct();
        }

        writer.EndStruct();
    }

    private static void WriteRowGroup(CompactWriter writer, RowGroupMetadata group)
    {
        writer.BeginElement();
        writer.List(1, CompactType.Struct, group.Columns.Count);
        foreach (ColumnChunkMetadata chunk in group.Columns)
        {
            WriteChunk(writer, chunk);
        }

        writer.I64(2, group.TotalByteSize);
        writer.I64(3, group.NumRows);
        writer.I64(5, group.FileOffset);
        writer.I64(6, group.Columns.Sum(chunk => chunk.TotalCompressedSize));
        writer.EndStruct();
    }

    private static void WriteChunk(CompactWriter writer, ColumnChunkMetadata chunk)
    {
        writer.BeginElement();
        writer.I64(2, 0); // file_offset: deprecated, "writers should set it to 0"
        writer.BeginStruct(3);
        writer.I32(1, (int)chunk.Type);
        writer.List(2, CompactType.I32, chunk.Encodings.Count);
        foreach (Encoding encoding in chunk.Encodings)
        {
            writer.RawI32((int)encoding);
        }

        writer.List(3, CompactType.Binary, chunk.Path.Count);
        foreach (string part in chunk.Path)
        {
            writer.RawBinary(System.Text.Encoding.UTF8.GetBytes(part));
        }

        writer.I32(4, (int)chunk.Codec);
        writer.I64(5, chunk.NumValues);
        writer.I64(6, chunk.TotalUncompressedSize);
        writer.I64(7, chunk.TotalCompressedSize);
        writer.I64(9, chunk.DataPageOffset);
        if (chunk.DictionaryPageOffset >= 0)
        {
            writer.I64(11, chunk.DictionaryPageOffset);
        }

        if (chunk.Statistics is { } statistics)
        {
            WriteStatistics(writer, statistics);
        }

        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteStatistics(CompactWriter writer, ColumnStatistics statistics)
    {
        writer.BeginStruct(12);
        writer.I64(3, statistics.NullCount);
        if (statistics.Max is { } max)
        {
            writer.Binary(5, max);
        }

        if (statistics.Min is { } min)
        {
            writer.Binary(6, min);
        }

        if (statistics.Max is not null)
        {
            writer.Bool(7, statistics.MaxIsExact);
        }

        if (statistics.Min is not null)
        {
            writer.Bool(8, statistics.MinIsExact);
        }

        writer.EndStruct();
    }

    private static void WriteKeyValues(CompactWriter writer, List<KeyValuePair<string, string>> pairs)
    {
        writer.List(5, CompactType.Struct, pairs.Count);
        foreach ((string key, string value) in pairs)
        {
            writer.BeginElement();
            writer.String(1, key);
            writer.String(2, value);
            writer.EndStruct();
        }
    }

    /// <summary>ColumnOrder is a union; 1 TYPE_ORDER says that min_value and max_value follow the type's own order.</summary>
    private static void WriteColumnOrders(CompactWriter writer, int leaves)
    {
        writer.List(7, CompactType.Struct, leaves);
        for (int i = 0; i < leaves; i++)
        {
            writer.BeginElement();
            writer.BeginStruct(1);
            writer.EndStruct();
            writer.EndStruct();
        }
    }
}
