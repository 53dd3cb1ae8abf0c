namespace DataForge.Parquet.Metadata;

// The parts of parquet.thrift's structs that reading and writing need.

/// <summary>parquet.thrift <c>FileMetaData</c>: the footer.</summary>
internal sealed class FileMetadata
{
    public int Version { get; set; } = 1;

    public List<SchemaElement> Schema { get; } = [];

    public long NumRows { get; set; } = -1;

    public List<RowGroupMetadata> RowGroups { get; } = [];

    public List<KeyValuePair<string, string>> KeyValues { get; } = [];

    public string? CreatedBy { get; set; }
}

/// <summary>parquet.thrift <c>SchemaElement</c>: the schema tree's nodes stand in depth-first order.</summary>
internal sealed class SchemaElement
{
    public ParquetPhysicalType? Type { get; set; }

    public int TypeLength { get; set; }

    public ParquetRepetition? Repetition { get; set; }

    public string? Name { get; set; }

    public int NumChildren { get; set; }

    public ConvertedType? Converted { get; set; }

    public int Scale { get; set; }

    public int Precision { get; set; }

    public ParquetLogicalType Logical { get; set; }
}

/// <summary>parquet.thrift <c>RowGroup</c>.</summary>
internal sealed class RowGroupMetadata
{
    public List<ColumnChunkMetadata> Columns { get; } = [];

    public long TotalByteSize { get; set; } = -1;

    public long NumRows { get; set; } = -1;

    public long FileOffset { get; set; }
}

/// <summary>parquet.thrift <c>ColumnChunk</c> with its <c>ColumnMetaData</c>. Sizes are of pages with their headers.</summary>
internal sealed class ColumnChunkMetadata
{
    /// <summary>Set when the chunk lies in another file.</summary>
    public string? FilePath { get; set; }

    public bool Encrypted { get; set; }

    public bool HasMetadata { get; set; }

    public ParquetPhysicalType Type { get; set; } = (ParquetPhysicalType)(-1);

    public List<Encoding> Encodings { get; } = [];

    public List<string> Path { get; } = [];

    public CompressionCodec Codec { get; set; } = (CompressionCodec)(-1);

    public long NumValues { get; set; } = -1;

    public long TotalUncompressedSize { get; set; } = -1;

    public long TotalCompressedSize { get; set; } = -1;

    public long DataPageOffset { get; set; } = -1;

    public long DictionaryPageOffset { get; set; } = -1;

    public ColumnStatistics? Statistics { get; set; }
}

/// <summary>parquet.thrift <c>Statistics</c>, as the writer gives them: bounds are null where every value is null or none has an order.</summary>
internal sealed record ColumnStatistics(long NullCount, byte[]? Min, byte[]? Max, bool MinIsExact, bool MaxIsExact);
