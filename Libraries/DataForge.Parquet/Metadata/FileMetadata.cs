namespace DataForge.Parquet.Metadata;

// The fields of parquet.thrift's structs that the reader and the writer use.

/// <summary>parquet.thrift <c>FileMetaData</c>: the footer.</summary>
internal sealed class FileMetadata
{
    /// <summary>The format's version: 1 or 2.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The nodes of the schema tree in depth-first order, the root first.</summary>
    public List<SchemaElement> Schema { get; } = [];

    /// <summary>Rows of all row groups together.</summary>
    public long NumRows { get; set; } = -1;

    /// <summary>The row groups in the order of their rows.</summary>
    public List<RowGroupMetadata> RowGroups { get; } = [];

    /// <summary>Key-value metadata in the order of the file.</summary>
    public List<KeyValuePair<string, string>> KeyValues { get; } = [];

    /// <summary>The name that the writer gave itself.</summary>
    public string? CreatedBy { get; set; }
}

/// <summary>parquet.thrift <c>SchemaElement</c>: a node of the schema tree.</summary>
internal sealed class SchemaElement
{
    /// <summary>How a leaf's values are stored; null for a group.</summary>
    public ParquetPhysicalType? Type { get; set; }

    /// <summary>Bytes of a value of type FIXED_LEN_BYTE_ARRAY.</summary>
    public int TypeLength { get; set; }

    /// <summary>Whether the node is required, optional or repeated; null for the root.</summary>
    public ParquetRepetition? Repetition { get; set; }

    /// <summary>The node's name in its parent.</summary>
    public string? Name { get; set; }

    /// <summary>Children of a group, which follow it in the list; 0 for a leaf.</summary>
    public int NumChildren { get; set; }

    /// <summary>The older form of the logical type.</summary>
    public ConvertedType? Converted { get; set; }

    /// <summary>Digits after the point of a converted type DECIMAL.</summary>
    public int Scale { get; set; }

    /// <summary>Digits of a converted type DECIMAL.</summary>
    public int Precision { get; set; }

    /// <summary>What the values mean.</summary>
    public ParquetLogicalType Logical { get; set; }
}

/// <summary>parquet.thrift <c>RowGroup</c>.</summary>
internal sealed class RowGroupMetadata
{
    /// <summary>One column chunk for each leaf of the schema, in its order.</summary>
    public List<ColumnChunkMetadata> Columns { get; } = [];

    /// <summary>Bytes of all column chunks before compression.</summary>
    public long TotalByteSize { get; set; } = -1;

    /// <summary>Rows of the row group.</summary>
    public long NumRows { get; set; } = -1;

    /// <summary>Where the row group begins in the file.</summary>
    public long FileOffset { get; set; }
}

/// <summary>parquet.thrift <c>ColumnChunk</c> with its <c>ColumnMetaData</c>. Sizes are of pages with their headers.</summary>
internal sealed class ColumnChunkMetadata
{
    /// <summary>The other file that holds the chunk; null if it is in this one.</summary>
    public string? FilePath { get; set; }

    /// <summary>Whether the chunk, or its metadata, is encrypted.</summary>
    public bool Encrypted { get; set; }

    /// <summary>Whether the chunk's <c>ColumnMetaData</c> was present.</summary>
    public bool HasMetadata { get; set; }

    /// <summary>How the values are stored.</summary>
    public ParquetPhysicalType Type { get; set; } = (ParquetPhysicalType)(-1);

    /// <summary>Encodings of levels, dictionary and values.</summary>
    public List<Encoding> Encodings { get; } = [];

    /// <summary>Names of the nodes from the table's column to the leaf.</summary>
    public List<string> Path { get; } = [];

    /// <summary>The codec of all pages.</summary>
    public CompressionCodec Codec { get; set; } = (CompressionCodec)(-1);

    /// <summary>Entries: values, nulls and empty lists.</summary>
    public long NumValues { get; set; } = -1;

    /// <summary>Bytes before compression.</summary>
    public long TotalUncompressedSize { get; set; } = -1;

    /// <summary>Bytes in the file.</summary>
    public long TotalCompressedSize { get; set; } = -1;

    /// <summary>Where the first data page begins in the file.</summary>
    public long DataPageOffset { get; set; } = -1;

    /// <summary>Where the dictionary page begins; negative or 0 if there is none.</summary>
    public long DictionaryPageOffset { get; set; } = -1;

    /// <summary>Bounds and null count, for the writer; the reader leaves them out.</summary>
    public ColumnStatistics? Statistics { get; set; }
}

/// <summary>
/// parquet.thrift <c>Statistics</c>, as the writer writes them: bounds are null where every value is null or has no order.
/// </summary>
internal sealed record ColumnStatistics(long NullCount, byte[]? Min, byte[]? Max, bool MinIsExact, bool MaxIsExact);
