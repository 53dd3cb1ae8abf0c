using System.Buffers.Binary;
using DataForge.Parquet.Codecs;
using DataForge.Parquet.Encodings;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Reading;

/// <summary>
/// Reads a column chunk page by page (https://github.com/apache/parquet-format#column-chunks): header, checksum, decompression, levels,
/// values.
/// </summary>
internal sealed class ChunkReader(PageDecompressor decompressor, bool verifyChecksums)
{
    /// <summary>
    /// Up to this ratio of uncompressed to compressed size, the footer's figure is allocated at once. Compressed text grows four- to
    /// tenfold.
    /// </summary>
    private const int MaxTrustedRatio = 8;

    /// <summary>Reads a column chunk.</summary>
    /// <param name="node">The leaf.</param>
    /// <param name="chunk">The chunk's metadata.</param>
    /// <param name="stored">The chunk's bytes in the file.</param>
    /// <param name="rows">Rows of the row group, which the chunk must have exactly.</param>
    /// <param name="budget">Is charged for all memory.</param>
    /// <exception cref="ParquetException">The chunk is malformed, or uses a feature that is not supported.</exception>
    public LeafValues Read(ParquetNode node, ColumnChunkMetadata chunk, ReadOnlySpan<byte> stored, int rows, MemoryBudget budget)
    {
        bool repeats = node.MaxRepetition > 0;
        if (chunk.NumValues > int.MaxValue || chunk.NumValues < rows || (!repeats && chunk.NumValues != rows))
        {
            throw new ParquetException($"column '{node.Name}' states {chunk.NumValues} values in a row group of {rows} rows");
        }

        LeafValues leaf = new(node, (int)chunk.NumValues, budget);
        using ByteArena scratch = new(budget);
        using ValueDecoder decoder = new(leaf, budget);
        try
        {
            if (node.Width == 0 && leaf.EntryCapacity > 0)
            {
                // Allocate at once what the footer states; a chunk with a higher ratio than text has grows page by page.
                long trusted = Math.Min(MaxTrustedRatio * (long)stored.Length, 1 << 30);
                long stated = Math.Clamp(chunk.TotalUncompressedSize, 0, Array.MaxLength);
                leaf.Arena.Prepare((int)stated, (int)Math.Min(stated, trusted));
            }

            while (leaf.EntryCount < leaf.EntryCapacity)
            {
                PageHeader header = PageHeader.Read(stored, out int length);
                stored = stored[length..];
                if (header.CompressedSize > stored.Length)
                {
                    throw new ParquetException($"a page of column '{node.Name}' reaches beyond its column chunk");
                }

                ReadPage(leaf, decoder, scratch, chunk.Codec, header, stored[..header.CompressedSize]);
                stored = stored[header.CompressedSize..];
            }

            if (repeats)
            {
                CheckRows(leaf, rows);
            }
            else
            {
                leaf.SpreadNulls();
            }

            return leaf;
        }
        catch
        {
            leaf.Dispose();
            throw;
        }
    }

    private void ReadPage(
        LeafValues leaf, ValueDecoder decoder, ByteArena scratch, CompressionCodec codec, PageHeader header, ReadOnlySpan<byte> stored)
    {
        if (header.Type is not (PageType.DataPage or PageType.DataPageV2 or PageType.DictionaryPage))
        {
            return; // an index page, or one of an unknown type: "readers must skip unknown page types"
        }

        if (verifyChecksums && header.Crc is { } expected && Crc32.Compute(stored) != expected)
        {
            throw new ParquetException($"a page of column '{leaf.Node.Name}' does not match its checksum");
        }

        ByteArena arena = ValueDecoder.KeepsPage(leaf.Node, header.Type, header.Encoding) ? leaf.Arena : scratch;
        if (arena == scratch)
        {
            scratch.Clear();
        }

        switch (header.Type)
        {
            case PageType.DictionaryPage:
                decoder.ReadDictionary(header.Encoding, Decompress(codec, stored, header.UncompressedSize, arena), header.NumValues);
                break;
            case PageType.DataPage:
                ReadDataPage(leaf, decoder, header, Decompress(codec, stored, header.UncompressedSize, arena));
                break;
            default:
                ReadDataPageV2(leaf, decoder, header, codec, stored, arena);
                break;
        }
    }

    private PageBytes Decompress(CompressionCodec codec, ReadOnlySpan<byte> stored, int size, ByteArena arena)
    {
        int start = arena.Reserve(size);
        if (size > 0 || codec == CompressionCodec.Uncompressed)
        {
            decompressor.Decompress(codec, stored, arena.Span(start, size));
        }

        return new(arena, start, size);
    }

    /// <summary>Reads a v1 page: levels behind 4-byte lengths, then the values, all compressed together.</summary>
    private static void ReadDataPage(LeafValues leaf, ValueDecoder decoder, PageHeader header, PageBytes page)
    {
        int count = Entries(leaf, header);
        page = ReadLevels(leaf, leaf.Repetitions, leaf.Node.MaxRepetition, header.RepetitionEncoding, count, page);
        page = ReadLevels(leaf, leaf.Definitions, leaf.Node.MaxDefinition, header.DefinitionEncoding, count, page);
        DecodeValues(leaf, decoder, header.Encoding, page, count);
    }

    /// <summary>Reads a v2 page: levels without lengths, never compressed, then the values, compressed where the header says so.</summary>
    private void ReadDataPageV2(
        LeafValues leaf, ValueDecoder decoder, PageHeader header, CompressionCodec codec, ReadOnlySpan<byte> stored, ByteArena arena)
    {
        int count = Entries(leaf, header);
        long levelBytes = (long)header.RepetitionBytes + header.DefinitionBytes;
        if (levelBytes > stored.Length || levelBytes > header.UncompressedSize)
        {
            throw new ParquetException($"a page of column '{leaf.Node.Name}' is shorter than its levels");
        }

        DecodeLevels(leaf, leaf.Repetitions, leaf.Node.MaxRepetition, count, stored[..header.RepetitionBytes]);
        DecodeLevels(leaf, leaf.Definitions, leaf.Node.MaxDefinition, count, stored.Slice(header.RepetitionBytes, header.DefinitionBytes));
        CompressionCodec valuesCodec = header.IsCompressed ? codec : CompressionCodec.Uncompressed;
        PageBytes page = Decompress(valuesCodec, stored[(int)levelBytes..], header.UncompressedSize - (int)levelBytes, arena);
        DecodeValues(leaf, decoder, header.Encoding, page, count);
    }

    private static int Entries(LeafValues leaf, PageHeader header) => header.NumValues <= leaf.EntryCapacity - leaf.EntryCount
        ? header.NumValues
        : throw new ParquetException($"the pages of column '{leaf.Node.Name}' hold more values than its column chunk states");

    private static PageBytes ReadLevels(LeafValues leaf, byte[] levels, int max, Encoding encoding, int count, PageBytes page)
    {
        if (max == 0)
        {
            return page;
        }

        if (encoding != Encoding.Rle)
        {
            throw new ParquetException($"unsupported feature: levels with encoding {encoding} in column '{leaf.Node.Name}'");
        }

        ReadOnlySpan<byte> data = page.Span;
        if (data.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(data) > (uint)(data.Length - 4))
        {
            throw new ParquetException($"a page of column '{leaf.Node.Name}' is shorter than its levels");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(data);
        DecodeLevels(leaf, levels, max, count, data.Slice(4, length));
        return page.From(4 + length);
    }

    private static void DecodeLevels(LeafValues leaf, byte[] levels, int max, int count, ReadOnlySpan<byte> data)
    {
        if (max == 0)
        {
            return;
        }

        Span<byte> target = levels.AsSpan(leaf.EntryCount, count);
        RleDecoder.Decode(data, RleEncoder.BitWidth(max), target);
        if (target.IndexOfAnyExceptInRange((byte)0, (byte)max) >= 0)
        {
            throw new ParquetException($"column '{leaf.Node.Name}': a level is above {max}");
        }
    }

    private static void DecodeValues(LeafValues leaf, ValueDecoder decoder, Encoding encoding, PageBytes page, int entries)
    {
        int max = leaf.Node.MaxDefinition;
        int values = max == 0 ? entries : leaf.Definitions.AsSpan(leaf.EntryCount, entries).Count((byte)max);
        decoder.Decode(encoding, page, values);
        leaf.EntryCount += entries;
    }

    /// <summary>
    /// Checks that as many rows begin (repetition level 0) as there are, and that every continuation of a list has an element.
    /// </summary>
    private static void CheckRows(LeafValues leaf, int rows)
    {
        ReadOnlySpan<byte> repetitions = leaf.Repetitions.AsSpan(0, leaf.EntryCount);
        if (repetitions.Count((byte)0) != rows || (rows > 0 && repetitions[0] != 0))
        {
            throw new ParquetException($"column '{leaf.Node.Name}' has another number of rows than its row group's {rows}");
        }

        for (int i = 0; i < repetitions.Length; i++)
        {
            if (repetitions[i] > 0 && leaf.Definitions[i] < leaf.Node.RepeatedDefinitions[repetitions[i] - 1])
            {
                throw new ParquetException($"column '{leaf.Node.Name}': a list continues without an element");
            }
        }
    }
}
