using System.Buffers.Binary;
using DataForge.Parquet.Encodings;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Reading;

/// <summary>
/// Decodes the values of one column chunk's pages (https://github.com/apache/parquet-format/blob/master/Encodings.md) onto the end of a
/// <see cref="LeafValues"/>. Memory for the values was taken with it; what a page claims is checked against the bytes it has.
/// </summary>
internal sealed class ValueDecoder(LeafValues leaf, MemoryBudget budget) : IDisposable
{
    private readonly ByteArena fixedDictionary = new(budget);
    private int[] dictionaryStarts = [];
    private int[] dictionaryLengths = [];
    private int dictionaryCount = -1;
    private readonly DeltaDecoder delta = new(leaf, budget);
    private int[] indices = [];

    private ParquetNode Node => leaf.Node;

    /// <summary>Whether a page of this encoding is decompressed into the leaf's own arena, where its byte arrays stay.</summary>
    public static bool KeepsPage(ParquetNode node, PageType page, Encoding encoding) =>
        node.Width == 0 && (page == PageType.DictionaryPage || encoding is Encoding.Plain or Encoding.DeltaLengthByteArray);

    /// <summary>Decodes <paramref name="count"/> values.</summary>
    public void Decode(Encoding encoding, PageBytes page, int count)
    {
        if (count == 0)
        {
            return; // a page of nulls may have no values at all, not even an encoding's header
        }

        bool isBoolean = Node.Physical == ParquetPhysicalType.Boolean;
        switch (encoding)
        {
            case Encoding.Plain when isBoolean:
                PlainBooleans(page, count);
                break;
            case Encoding.Plain when Node.Width > 0:
                CopyFixed(page, count);
                break;
            case Encoding.Plain:
                PlainPlaces(page, leaf.Starts.AsSpan(leaf.ValueCount, count), leaf.Lengths.AsSpan(leaf.ValueCount, count));
                break;
            case Encoding.PlainDictionary or Encoding.RleDictionary:
                FromDictionary(page.Span, count);
                break;
            case Encoding.Rle when isBoolean:
                RleBooleans(page, count);
                break;
            case Encoding.DeltaBinaryPacked when Node.Physical is ParquetPhysicalType.Int32 or ParquetPhysicalType.Int64:
                delta.Integers(page, count);
                break;
            case Encoding.DeltaLengthByteArray when Node.Physical == ParquetPhysicalType.ByteArray:
                delta.Lengths(page, count);
                break;
            case Encoding.DeltaByteArray when Node.Physical is ParquetPhysicalType.ByteArray or ParquetPhysicalType.FixedLenByteArray:
                delta.Prefixed(page, count);
                break;
            case Encoding.ByteStreamSplit when Node.Width > 0 && !isBoolean && Node.Physical != ParquetPhysicalType.Int96:
                int bytes = FixedBytes(page.Length, count);
                ByteStreamSplit.Decode(page.Span[..bytes], Node.Width, leaf.Fixed.AsSpan(leaf.ValueCount * Node.Width, bytes));
                break;
            default:
                throw new ParquetException($"unsupported feature: encoding {encoding} of {Node.Physical} in column '{Node.Name}'");
        }

        leaf.ValueCount += count;
    }

    /// <summary>Reads the dictionary page: the distinct values, PLAIN.</summary>
    public void ReadDictionary(Encoding encoding, PageBytes page, int count)
    {
        if (dictionaryCount >= 0)
        {
            throw new ParquetException($"column '{Node.Name}' has two dictionary pages in one chunk");
        }

        if (encoding is not (Encoding.Plain or Encoding.PlainDictionary) || Node.Physical == ParquetPhysicalType.Boolean)
        {
            throw new ParquetException($"unsupported feature: a dictionary of {Node.Physical} with encoding {encoding} in column '{Node.Name}'");
        }

        if (Node.Width > 0)
        {
            int bytes = FixedBytes(page.Length, count);
            page.Span[..bytes].CopyTo(fixedDictionary.Span(fixedDictionary.Reserve(bytes), bytes));
        }
        else
        {
            if (count > page.Length / 4)
            {
                throw TooShort();
            }

            budget.Take(count * 8L, "a dictionary");
            dictionaryStarts = new int[count];
            dictionaryLengths = new int[count];
            PlainPlaces(page, dictionaryStarts, dictionaryLengths);
        }

        dictionaryCount = count;
    }

    public void Dispose() => fixedDictionary.Dispose();

    private int FixedBytes(int available, int count)
    {
        long bytes = (long)count * Node.Width;
        return bytes <= available ? (int)bytes : throw TooShort();
    }

    private void CopyFixed(PageBytes page, int count)
    {
        int bytes = FixedBytes(page.Length, count);
        page.Span[..bytes].CopyTo(leaf.Fixed.AsSpan(leaf.ValueCount * Node.Width));
    }

    /// <summary>PLAIN byte arrays: a 4-byte length before each.</summary>
    private void PlainPlaces(PageBytes page, Span<int> starts, Span<int> lengths)
    {
        ReadOnlySpan<byte> data = page.Span;
        int offset = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            if (data.Length - offset < 4)
            {
                throw TooShort();
            }

            int length = BinaryPrimitives.ReadInt32LittleEndian(data[offset..]);
            offset += 4;
            if ((uint)length > (uint)(data.Length - offset))
            {
                throw TooShort();
            }

            starts[i] = page.Start + offset;
            lengths[i] = length;
            offset += length;
        }
    }

    /// <summary>PLAIN booleans: a bit each, least significant first.</summary>
    private void PlainBooleans(PageBytes page, int count)
    {
        if (page.Length < (count + 7L) / 8)
        {
            throw TooShort();
        }

        BitUnpacker.Unpack(page.Span, 1, leaf.Fixed.AsSpan(leaf.ValueCount, count));
    }

    /// <summary>RLE booleans: the hybrid of one bit behind a 4-byte length, in v1 and v2 pages alike.</summary>
    private void RleBooleans(PageBytes page, int count)
    {
        ReadOnlySpan<byte> data = page.Span;
        if (data.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(data) > (uint)(data.Length - 4))
        {
            throw TooShort();
        }

        RleDecoder.Decode(data.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(data)), 1, leaf.Fixed.AsSpan(leaf.ValueCount, count));
    }

    /// <summary>A byte with the indices' width, then the hybrid.</summary>
    private void FromDictionary(ReadOnlySpan<byte> data, int count)
    {
        if (dictionaryCount < 0)
        {
            throw new ParquetException($"column '{Node.Name}' has dictionary-encoded values but no dictionary page before them");
        }

        if (data.IsEmpty || data[0] > 32)
        {
            throw new ParquetException($"column '{Node.Name}': dictionary indices have no valid bit width");
        }

        Span<int> places = Indices(count);
        RleDecoder.Decode(data[1..], data[0], places);
        if (dictionaryCount == 0 || places.IndexOfAnyExceptInRange(0, dictionaryCount - 1) >= 0)
        {
            throw new ParquetException($"column '{Node.Name}': a dictionary index is not below {dictionaryCount}");
        }

        Gather(places);
    }

    private void Gather(ReadOnlySpan<int> places)
    {
        int width = Node.Width;
        int at = leaf.ValueCount;
        if (width == 0)
        {
            for (int i = 0; i < places.Length; i++)
            {
                leaf.Starts[at + i] = dictionaryStarts[places[i]];
                leaf.Lengths[at + i] = dictionaryLengths[places[i]];
            }

            return;
        }

        ReadOnlySpan<byte> dictionary = fixedDictionary.Span(0, fixedDictionary.Length);
        Span<byte> target = leaf.Fixed.AsSpan(at * width, places.Length * width);
        for (int i = 0; i < places.Length; i++)
        {
            dictionary.Slice(places[i] * width, width).CopyTo(target[(i * width)..]);
        }
    }

    private Span<int> Indices(int count)
    {
        if (indices.Length < count)
        {
            budget.Take(count * 4L, "dictionary indices");
            budget.Give(indices.Length * 4L);
            indices = new int[count];
        }

        return indices.AsSpan(0, count);
    }

    private ParquetException TooShort() => new($"a page of column '{Node.Name}' is shorter than its values");
}
