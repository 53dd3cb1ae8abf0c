using DataForge.Parquet.Thrift;

namespace DataForge.Parquet.Metadata;

/// <summary>parquet.thrift <c>PageHeader</c> with the sub-header of its type.</summary>
internal struct PageHeader()
{
    /// <summary>What the page holds.</summary>
    public PageType Type = (PageType)(-1);

    /// <summary>Bytes of the page before compression.</summary>
    public int UncompressedSize = -1;

    /// <summary>Bytes of the page in the file, its header not included.</summary>
    public int CompressedSize = -1;

    /// <summary>CRC-32 of the page as stored, or null if the writer wrote none.</summary>
    public uint? Crc;

    /// <summary>Entries of a data page (values, nulls and empty lists), or values of a dictionary page.</summary>
    public int NumValues = -1;

    /// <summary>How the values are encoded.</summary>
    public Encoding Encoding = (Encoding)(-1);

    /// <summary>How a v1 page's definition levels are encoded.</summary>
    public Encoding DefinitionEncoding = Encoding.Rle;

    /// <summary>How a v1 page's repetition levels are encoded.</summary>
    public Encoding RepetitionEncoding = Encoding.Rle;

    /// <summary>v2: entries without a value.</summary>
    public int NumNulls = -1;

    /// <summary>v2: rows.</summary>
    public int NumRows = -1;

    /// <summary>v2: bytes of the definition levels.</summary>
    public int DefinitionBytes = -1;

    /// <summary>v2: bytes of the repetition levels.</summary>
    public int RepetitionBytes = -1;

    /// <summary>v2: whether the values are compressed.</summary>
    public bool IsCompressed = true;

    /// <summary>The type whose sub-header was read: a malformed header may state its type twice, with a sub-header between.</summary>
    private PageType? _subHeader;

    /// <summary>
    /// Reads a header and checks what must hold for any page; <paramref name="length"/> becomes the header's length in bytes.
    /// </summary>
    public static PageHeader Read(ReadOnlySpan<byte> data, out int length)
    {
        CompactReader reader = new(data);
        PageHeader header = new();
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: header.Type = (PageType)reader.I32(type); break;
                case 2: header.UncompressedSize = reader.I32(type); break;
                case 3: header.CompressedSize = reader.I32(type); break;
                case 4: header.Crc = (uint)reader.I32(type); break;
                case 5 when header.Type == PageType.DataPage: header.ReadDataPage(ref reader, type); break;
                case 7 when header.Type == PageType.DictionaryPage: header.ReadDictionaryPage(ref reader, type); break;
                case 8 when header.Type == PageType.DataPageV2: header.ReadDataPageV2(ref reader, type); break;
                default: reader.Skip(type); break;
            }
        }

        length = reader.Position;
        if (header.UncompressedSize < 0 || header.CompressedSize < 0)
        {
            throw new ParquetException("a page header has no sizes or negative ones");
        }

        bool needsHeader = header.Type is PageType.DataPage or PageType.DictionaryPage or PageType.DataPageV2;
        if (needsHeader && (header._subHeader != header.Type || header.NumValues < 0))
        {
            throw new ParquetException($"a {header.Type} page has no header or no count of values");
        }

        return header;
    }

    private void ReadDataPage(ref CompactReader reader, CompactType type)
    {
        reader.Expect(type, CompactType.Struct);
        _subHeader = PageType.DataPage;
        short id = 0;
        while (reader.NextField(ref id, out CompactType field))
        {
            switch (id)
            {
                case 1: NumValues = reader.I32(field); break;
                case 2: Encoding = (Encoding)reader.I32(field); break;
                case 3: DefinitionEncoding = (Encoding)reader.I32(field); break;
                case 4: RepetitionEncoding = (Encoding)reader.I32(field); break;
                default: reader.Skip(field); break;
            }
        }
    }

    private void ReadDictionaryPage(ref CompactReader reader, CompactType type)
    {
        reader.Expect(type, CompactType.Struct);
        _subHeader = PageType.DictionaryPage;
        short id = 0;
        while (reader.NextField(ref id, out CompactType field))
        {
            switch (id)
            {
                case 1: NumValues = reader.I32(field); break;
                case 2: Encoding = (Encoding)reader.I32(field); break;
                default: reader.Skip(field); break;
            }
        }
    }

    private void ReadDataPageV2(ref CompactReader reader, CompactType type)
    {
        reader.Expect(type, CompactType.Struct);
        _subHeader = PageType.DataPageV2;
        short id = 0;
        while (reader.NextField(ref id, out CompactType field))
        {
            switch (id)
            {
                case 1: NumValues = reader.I32(field); break;
                case 2: NumNulls = reader.I32(field); break;
                case 3: NumRows = reader.I32(field); break;
                case 4: Encoding = (Encoding)reader.I32(field); break;
                case 5: DefinitionBytes = reader.I32(field); break;
                case 6: RepetitionBytes = reader.I32(field); break;
                case 7: IsCompressed = reader.Bool(field); break;
                default: reader.Skip(field); break;
            }
        }

        if (NumNulls < 0 || NumRows < 0 || DefinitionBytes < 0 || RepetitionBytes < 0)
        {
            throw new ParquetException("a v2 data page has no count or a negative one");
        }
    }

    /// <summary>Writes a v1 data page's header; its levels are RLE.</summary>
    public static void WriteDataPage(ByteBuffer output, int uncompressed, int compressed, uint crc, int values, Encoding encoding)
    {
        CompactWriter writer = new(output);
        WriteCommon(writer, PageType.DataPage, uncompressed, compressed, crc);
        writer.BeginStruct(5);
        writer.I32(1, values);
        writer.I32(2, (int)encoding);
        writer.I32(3, (int)Encoding.Rle);
        writer.I32(4, (int)Encoding.Rle);
        writer.EndStruct();
        writer.EndStruct();
    }

    /// <summary>Writes a dictionary page's header; its values are PLAIN.</summary>
    public static void WriteDictionaryPage(ByteBuffer output, int uncompressed, int compressed, uint crc, int values)
    {
        CompactWriter writer = new(output);
        WriteCommon(writer, PageType.DictionaryPage, uncompressed, compressed, crc);
        writer.BeginStruct(7);
        writer.I32(1, values);
        writer.I32(2, (int)Encoding.Plain);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteCommon(CompactWriter writer, PageType type, int uncompressed, int compressed, uint crc)
    {
        writer.BeginElement();
        writer.I32(1, (int)type);
        writer.I32(2, uncompressed);
        writer.I32(3, compressed);
        writer.I32(4, (int)crc);
    }
}
