using System.Buffers.Binary;
using DataForge.Parquet.Encodings;

namespace DataForge.Parquet.Reading;

/// <summary>Decodes the three delta encodings of Encodings.md onto the end of a <see cref="LeafValues"/>.</summary>
internal sealed class DeltaDecoder(LeafValues leaf, MemoryBudget budget)
{
    private long[] numbers = [];
    private int[] prefixes = [];

    /// <summary>DELTA_BINARY_PACKED integers of 4 or 8 bytes.</summary>
    public void Integers(PageBytes page, int count)
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

    /// <summary>DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes, which stay where they are.</summary>
    public void Lengths(PageBytes page, int count)
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

    /// <summary>DELTA_BYTE_ARRAY: how many bytes each value shares with the one before, then the rest of each as DELTA_LENGTH_BYTE_ARRAY.</summary>
    public void Prefixed(PageBytes page, int count)
    {
        ReadOnlySpan<byte> data = page.Span;
        ReadOnlySpan<long> decoded = Numbers(data, count, out int prefixBytes);
        if (prefixes.Length < count)
        {
            budget.Take(count * 4L, "shared prefixes");
            budget.Give(prefixes.Length * 4L);
            prefixes = new int[count];
        }

        for (int i = 0; i < count; i++)
        {
            prefixes[i] = Checked(decoded[i], int.MaxValue);
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
            target.Slice(previous, prefixes[i]).CopyTo(target[offset..]);
            data[..suffix].CopyTo(target[(offset + prefixes[i])..]);
            data = data[suffix..];
            previous = offset;
            if (leaf.Node.Width == 0)
            {
                leaf.Starts[leaf.ValueCount + i] = start + offset;
                leaf.Lengths[leaf.ValueCount + i] = prefixes[i] + suffix;
            }

            offset += prefixes[i] + suffix;
        }
    }

    /// <summary>The bytes all values take together; no prefix is longer than the value before, no suffix than the bytes left.</summary>
    private int CheckSizes(ReadOnlySpan<long> suffixes, int available)
    {
        long total = 0;
        long previous = 0;
        for (int i = 0; i < suffixes.Length; i++)
        {
            int suffix = Checked(suffixes[i], available);
            available -= suffix;
            if (prefixes[i] > previous)
            {
                throw Malformed();
            }

            previous = prefixes[i] + (long)suffix;
            total += previous;
            if (leaf.Node.Width > 0 && previous != leaf.Node.Width)
            {
                throw new ParquetException($"column '{leaf.Node.Name}': a value is not {leaf.Node.Width} bytes long");
            }
        }

        return total <= Array.MaxLength ? (int)total : throw new ParquetException("unsupported feature: a page's values pass 2 GiB");
    }

    private ReadOnlySpan<long> Numbers(ReadOnlySpan<byte> data, int count, out int taken)
    {
        if (numbers.Length < count)
        {
            budget.Take(count * 8L, "delta-encoded values");
            budget.Give(numbers.Length * 8L);
            numbers = new long[count];
        }

        taken = DeltaBinaryPacked.Decode(data, numbers.AsSpan(0, count));
        return numbers.AsSpan(0, count);
    }

    private int Checked(long length, int limit) => length >= 0 && length <= limit ? (int)length : throw Malformed();

    private ParquetException Malformed() => new($"column '{leaf.Node.Name}': a delta-encoded length is not valid");
}
