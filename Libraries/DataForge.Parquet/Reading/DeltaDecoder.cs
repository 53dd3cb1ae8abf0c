using System.Buffers.Binary;
using DataForge.Parquet.Encodings;

namespace DataForge.Parquet.Reading;

/// <summary>Decodes the three delta encodings of Encodings.md and appends the values to a <see cref="LeafValues"/>.</summary>
internal sealed class DeltaDecoder(LeafValues leaf, MemoryBudget budget)
{
    private long[] _numbers = [];
    private int[] _prefixes = [];

    /// <summary>Decodes DELTA_BINARY_PACKED integers of 4 or 8 bytes.</summary>
    public void DecodeIntegers(PageBytes page, int count)
    {
        ReadOnlySpan<long> values = Numbers(page.Span, count, out _);
        Span<byte> target = leaf.Fixed.AsSpan(leaf.ValueCount * leaf.Node.Width, count * leaf.Node.Width);
        for (int i = 0; i < values.Length; i++)
        {
            if (leaf.Node.Width == 4)
            {
                BinaryPrimitives.WriteInt32LittleEndian(target[(4 * i)..], unchecked((int)values[i]));
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(target[(8 * i)..], values[i]);
            }
        }
    }

    /// <summary>Decodes DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes, which are not copied.</summary>
    public void DecodeByteArrays(PageBytes page, int count)
    {
        ReadOnlySpan<long> lengths = Numbers(page.Span, count, out int taken);
        int offset = taken;
        for (int i = 0; i < lengths.Length; i++)
        {
            int length = Checked(lengths[i], page.Length - offset);
            leaf.Starts[leaf.ValueCount + i] = page.Start + offset;
            leaf.Lengths[leaf.ValueCount + i] = length;
            offset += length;
        }
    }

    /// <summary>
    /// Decodes DELTA_BYTE_ARRAY: how many bytes each value shares with the one before, then the rest of each value as
    /// DELTA_LENGTH_BYTE_ARRAY.
    /// </summary>
    public void DecodePrefixedByteArrays(PageBytes page, int count)
    {
        ReadOnlySpan<byte> data = page.Span;
        ReadOnlySpan<long> decoded = Numbers(data, count, out int prefixBytes);
        if (_prefixes.Length < count)
        {
            budget.Take(count * 4L, "shared prefixes");
            budget.Return(_prefixes.Length * 4L);
            _prefixes = new int[count];
        }

        for (int i = 0; i < count; i++)
        {
            _prefixes[i] = Checked(decoded[i], int.MaxValue);
        }

        data = data[prefixBytes..];
        ReadOnlySpan<long> suffixes = Numbers(data, count, out int suffixBytes);
        data = data[suffixBytes..];
        int total = CheckSizes(suffixes, data.Length);
        Span<byte> target = leaf.Node.Width > 0
            ? leaf.Fixed.AsSpan(leaf.ValueCount * leaf.Node.Width, total)
            : leaf.Arena.Span(leaf.Arena.Reserve(total), total);
        int start = leaf.Arena.Length - total;
        int previous = 0;
        int offset = 0;
        for (int i = 0; i < count; i++)
        {
            int suffix = (int)suffixes[i];
            target.Slice(previous, _prefixes[i]).CopyTo(target[offset..]);
            data[..suffix].CopyTo(target[(offset + _prefixes[i])..]);
            data = data[suffix..];
            previous = offset;
            if (leaf.Node.Width == 0)
            {
                leaf.Starts[leaf.ValueCount + i] = start + offset;
                leaf.Lengths[leaf.ValueCount + i] = _prefixes[i] + suffix;
            }

            offset += _prefixes[i] + suffix;
        }
    }

    /// <summary>
    /// The bytes of all values together. Checks that no prefix is longer than the value before it, and no suffix than the remaining bytes.
    /// </summary>
    private int CheckSizes(ReadOnlySpan<long> suffixes, int available)
    {
        long total = 0;
        long previous = 0;
        for (int i = 0; i < suffixes.Length; i++)
        {
            int suffix = Checked(suffixes[i], available);
            available -= suffix;
            if (_prefixes[i] > previous)
            {
                throw Malformed();
            }

            previous = _prefixes[i] + (long)suffix;
            total += previous;
            if (leaf.Node.Width > 0 && previous != leaf.Node.Width)
            {
                throw new ParquetException($"column '{leaf.Node.Name}': a value is not {leaf.Node.Width} bytes long");
            }
        }

        return total <= Array.MaxLength ? (int)total : throw new ParquetException("unsupported feature: a page's values exceed 2 GiB");
    }

    private ReadOnlySpan<long> Numbers(ReadOnlySpan<byte> data, int count, out int taken)
    {
        if (_numbers.Length < count)
        {
            budget.Take(count * 8L, "delta-encoded values");
            budget.Return(_numbers.Length * 8L);
            _numbers = new long[count];
        }

        taken = DeltaBinaryPacked.Decode(data, _numbers.AsSpan(0, count));
        return _numbers.AsSpan(0, count);
    }

    private int Checked(long length, int limit) => length >= 0 && length <= limit ? (int)length : throw Malformed();

    private ParquetException Malformed() => new($"column '{leaf.Node.Name}': a delta-encoded length is not valid");
}
