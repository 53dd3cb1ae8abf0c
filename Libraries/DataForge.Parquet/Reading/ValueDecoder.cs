using System.Buffers.Binary;
using DataForge.Parquet.Encodings;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Reading;

/// <summary>
/// Decodes the values of one column chunk's pages (https://github.com/apache/parquet-format/blob/master/Encodings.md) and appends them to a
/// <see cref="LeafValues"/>, which has the memory for them. The sizes that a page states are checked against its bytes.
/// </summary>
internal sealed class ValueDecoder(LeafValues leaf, MemoryBudget budget) : IDisposable
{
    private readonly ByteArena _fixedDictionary = new(budget);
    private int[] _dictionaryStarts = [];
    private int[] _dictionaryLengths = [];
    private int _dictionaryCount = -1;
    private readonly DeltaDecoder _delta = new(leaf, budget);
    private int[] _indices = [];

    private ParquetNode Node => leaf.Node;

    /// <summary>
    /// Whether a page of this encoding is decompressed into the leaf's own arena, because its byte arrays are used where they are.
    /// </summary>
    public static bool KeepsPage(ParquetNode node, PageType page, Encoding encoding) =>
        node.Width == 0 && (page == PageType.DictionaryPage || encoding is Encoding.Plain or Encoding.DeltaLengthByteArray);

    /// <summary>Decodes <paramref name="count"/> values.</summary>
    public void Decode(Encoding encoding, PageBytes page, int count)
    {
        if (count == 0)
        {
            return; // a page of nulls may have no bytes, not even the header of its encoding
        }

        bool isBoolean = Node.Physical == ParquetPhysicalType.Boolean;
        switch (encoding)
        {
            case Encoding.Plain when isBoolean:
                DecodePlainBooleans(page, count);
                break;
            case Encoding.Plain when Node.Width > 0:
                CopyFixed(page, count);
                break;
            case Encoding.Plain:
                FindPlainByteArrays(page, leaf.Starts.AsSpan(leaf.ValueCount, count), leaf.Lengths.AsSpan(leaf.ValueCount, count));
                break;
            case Encoding.PlainDictionary or Encoding.RleDictionary:
                DecodeIndices(page.Span, count);
                break;
            case Encoding.Rle when isBoolean:
                DecodeRleBooleans(page, count);
                break;
            case Encoding.DeltaBinaryPacked when Node.Physical is ParquetPhysicalType.Int32 or ParquetPhysicalType.Int64:
                _delta.DecodeIntegers(page, count);
                break;
            case Encoding.DeltaLengthByteArray when Node.Physical == ParquetPhysicalType.ByteArray:
                _delta.DecodeByteArrays(page, count);
                break;
            case Encoding.DeltaByteArray when Node.Physical is ParquetPhysicalType.ByteArray or ParquetPhysicalType.FixedLenByteArray:
                _delta.DecodePrefixedByteArrays(page, count);
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

    /// <summary>Reads the dictionary page: the distinct values in the PLAIN encoding.</summary>
    public void ReadDictionary(Encoding encoding, PageBytes page, int count)
    {
        if (_dictionaryCount >= 0)
        {
            throw new ParquetException($"column '{Node.Name}' has two dictionary pages in one chunk");
        }

        if (encoding is not (Encoding.Plain or Encoding.PlainDictionary) || Node.Physical == ParquetPhysicalType.Boolean)
        {
            throw new ParquetException(
                $"unsupported feature: a dictionary of {Node.Physical} with encoding {encoding} in column '{Node.Name}'");
        }

        if (Node.Width > 0)
        {
            int bytes = FixedBytes(page.Length, count);
            page.Span[..bytes].CopyTo(_fixedDictionary.Span(_fixedDictionary.Reserve(bytes), bytes));
        }
        else
        {
            if (count > page.Length / 4)
            {
                throw TooShort();
            }

            budget.Take(count * 8L, "a dictionary");
            _dictionaryStarts = new int[count];
            _dictionaryLengths = new int[count];
            FindPlainByteArrays(page, _dictionaryStarts, _dictionaryLengths);
        }

        _dictionaryCount = count;
    }

    /// <inheritdoc/>
    public void Dispose() => _fixedDictionary.Dispose();

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

    /// <summary>Finds PLAIN byte arrays: a 4-byte length before each.</summary>
    private void FindPlainByteArrays(PageBytes page, Span<int> starts, Span<int> lengths)
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

    /// <summary>Decodes PLAIN booleans: a bit each, least significant first.</summary>
    private void DecodePlainBooleans(PageBytes page, int count)
    {
        if (page.Length < (count + 7L) / 8)
        {
            throw TooShort();
        }

        BitUnpacker.Unpack(page.Span, 1, leaf.Fixed.AsSpan(leaf.ValueCount, count));
    }

    /// <summary>Decodes RLE booleans: a 4-byte length and the hybrid encoding of one bit, in v1 and v2 pages alike.</summary>
    private void DecodeRleBooleans(PageBytes page, int count)
    {
        ReadOnlySpan<byte> data = page.Span;
        if (data.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(data) > (uint)(data.Length - 4))
        {
            throw TooShort();
        }

        RleDecoder.Decode(data.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(data)), 1, leaf.Fixed.AsSpan(leaf.ValueCount, count));
    }

    /// <summary>Decodes dictionary indices: a byte with their bit width, then the hybrid encoding.</summary>
    private void DecodeIndices(ReadOnlySpan<byte> data, int count)
    {
        if (_dictionaryCount < 0)
        {
            throw new ParquetException($"column '{Node.Name}' has dictionary-encoded values but no dictionary page before them");
        }

        if (data.IsEmpty || data[0] > 32)
        {
            throw new ParquetException($"column '{Node.Name}': dictionary indices have no valid bit width");
        }

        Span<int> indices = IndexBuffer(count);
        RleDecoder.Decode(data[1..], data[0], indices);
        if (_dictionaryCount == 0 || indices.IndexOfAnyExceptInRange(0, _dictionaryCount - 1) >= 0)
        {
            throw new ParquetException($"column '{Node.Name}': a dictionary index is not below {_dictionaryCount}");
        }

        Gather(indices);
    }

    private void Gather(ReadOnlySpan<int> indices)
    {
        int width = Node.Width;
        int at = leaf.ValueCount;
        if (width == 0)
        {
            for (int i = 0; i < indices.Length; i++)
            {
                leaf.Starts[at + i] = _dictionaryStarts[indices[i]];
                leaf.Lengths[at + i] = _dictionaryLengths[indices[i]];
            }

            return;
        }

        ReadOnlySpan<byte> dictionary = _fixedDictionary.Span(0, _fixedDictionary.Length);
        Span<byte> target = leaf.Fixed.AsSpan(at * width, indices.Length * width);
        for (int i = 0; i < indices.Length; i++)
        {
            dictionary.Slice(indices[i] * width, width).CopyTo(target[(i * width)..]);
        }
    }

    private Span<int> IndexBuffer(int count)
    {
        if (_indices.Length < count)
        {
            budget.Take(count * 4L, "dictionary indices");
            budget.Return(_indices.Length * 4L);
            _indices = new int[count];
        }

        return _indices.AsSpan(0, count);
    }

    private ParquetException TooShort() => new($"a page of column '{Node.Name}' is shorter than its values");
}
