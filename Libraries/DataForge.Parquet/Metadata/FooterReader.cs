using DataForge.Parquet.Reading;
using DataForge.Parquet.Thrift;

namespace DataForge.Parquet.Metadata;

/// <summary>Reads the footer's <c>FileMetaData</c> (parquet.thrift) from untrusted bytes.</summary>
internal static class FooterReader
{
    /// <summary>
    /// Bytes charged to the memory budget for each list element before it is created: more than any of the small objects takes.
    /// </summary>
    private const int ElementCost = 256;

    /// <summary>Reads a footer; memory is charged to <paramref name="budget"/> before it is allocated.</summary>
    /// <exception cref="ParquetException">The bytes are not a footer, or name a feature that is not supported.</exception>
    public static FileMetadata Read(ReadOnlySpan<byte> data, MemoryBudget budget)
    {
        CompactReader reader = new(data);
        FileMetadata file = new();
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: file.Version = reader.I32(type); break;
                case 2:
                    for (int i = ReadStructCount(ref reader, type, budget); i > 0; i--)
                    {
                        file.Schema.Add(ReadSchema(ref reader));
                    }

                    break;
                case 3: file.NumRows = reader.I64(type); break;
                case 4:
                    for (int i = ReadStructCount(ref reader, type, budget); i > 0; i--)
                    {
                        file.RowGroups.Add(ReadRowGroup(ref reader, budget));
                    }

                    break;
                case 5:
                    for (int i = ReadStructCount(ref reader, type, budget); i > 0; i--)
                    {
                        file.KeyValues.Add(ReadKeyValue(ref reader));
                    }

                    break;
                case 6: file.CreatedBy = reader.String(type); break;
                case 8: throw new ParquetException("unsupported feature: encryption (the footer names an encryption algorithm)");
                default: reader.Skip(type); break;
            }
        }

        return file;
    }

    private static int ReadStructCount(ref CompactReader reader, CompactType type, MemoryBudget budget)
    {
        int count = reader.List(type, out CompactType element);
        if (count > 0)
        {
            reader.Expect(element, CompactType.Struct);
        }

        budget.Take((long)count * ElementCost, "the footer");
        return count;
    }

    private static SchemaElement ReadSchema(ref CompactReader reader)
    {
        SchemaElement schema = new();
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: schema.Type = (ParquetPhysicalType)reader.I32(type); break;
                case 2: schema.TypeLength = reader.I32(type); break;
                case 3: schema.Repetition = (ParquetRepetition)reader.I32(type); break;
                case 4: schema.Name = reader.String(type); break;
                case 5: schema.NumChildren = reader.I32(type); break;
                case 6: schema.Converted = (ConvertedType)reader.I32(type); break;
                case 7: schema.Scale = reader.I32(type); break;
                case 8: schema.Precision = reader.I32(type); break;
                case 10: schema.Logical = LogicalTypeReader.Read(ref reader, type); break;
                default: reader.Skip(type); break;
            }
        }

        return schema.Name is null ? throw new ParquetException("metadata: a schema element has no name") : schema;
    }

    private static RowGroupMetadata ReadRowGroup(ref CompactReader reader, MemoryBudget budget)
    {
        RowGroupMetadata group = new();
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1:
                    for (int i = ReadStructCount(ref reader, type, budget); i > 0; i--)
                    {
                        group.Columns.Add(ReadChunk(ref reader, budget));
                    }

                    break;
                case 2: group.TotalByteSize = reader.I64(type); break;
                case 3: group.NumRows = reader.I64(type); break;
                case 5: group.FileOffset = reader.I64(type); break;
                default: reader.Skip(type); break;
            }
        }

        return group.NumRows < 0 ? throw new ParquetException("metadata: a row group has no count of rows, or a negative one") : group;
    }

    private static ColumnChunkMetadata ReadChunk(ref CompactReader reader, MemoryBudget budget)
    {
        ColumnChunkMetadata chunk = new();
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: chunk.FilePath = reader.String(type); break;
                case 3: ReadColumnMetadata(ref reader, type, chunk, budget); break;
                case 8 or 9:
                    chunk.Encrypted = true;
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }

        return chunk;
    }

    private static void ReadColumnMetadata(ref CompactReader reader, CompactType type, ColumnChunkMetadata chunk, MemoryBudget budget)
    {
        reader.Expect(type, CompactType.Struct);
        chunk.HasMetadata = true;
        short id = 0;
        while (reader.NextField(ref id, out CompactType field))
        {
            switch (id)
            {
                case 1: chunk.Type = (ParquetPhysicalType)reader.I32(field); break;
                case 3:
                    int count = reader.List(field, out CompactType element);
                    budget.Take((long)count * ElementCost, "the footer");
                    for (int i = 0; i < count; i++)
                    {
                        chunk.Path.Add(reader.String(element));
                    }

                    break;
                case 4: chunk.Codec = (CompressionCodec)reader.I32(field); break;
                case 5: chunk.NumValues = reader.I64(field); break;
                case 6: chunk.TotalUncompressedSize = reader.I64(field); break;
                case 7: chunk.TotalCompressedSize = reader.I64(field); break;
                case 9: chunk.DataPageOffset = reader.I64(field); break;
                case 11: chunk.DictionaryPageOffset = reader.I64(field); break;
                default: reader.Skip(field); break;
            }
        }
    }

    private static KeyValuePair<string, string> ReadKeyValue(ref CompactReader reader)
    {
        string? key = null;
        string value = "";
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: key = reader.String(type); break;
                case 2: value = reader.String(type); break;
                default: reader.Skip(type); break;
            }
        }

        return key is null ? throw new ParquetException("metadata: a key-value pair has no key") : new(key, value);
    }
}
