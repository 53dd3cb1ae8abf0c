using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Writing;

/// <summary>
/// Computes a column chunk's null count and bounds (parquet.thrift, <c>Statistics</c> and <c>ColumnOrder</c>): integers by value, strings
/// and binary by unsigned bytes and cut to 64 of them, floating-point numbers without NaN.
/// </summary>
internal static class StatisticsBuilder
{
    /// <summary>The statistics of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="plain">The column's values, or its distinct values, in the PLAIN encoding.</param>
    /// <param name="count">Values in <paramref name="plain"/>.</param>
    public static ColumnStatistics Compute(ColumnBuffer column, ReadOnlySpan<byte> plain, int count)
    {
        // An empty list is an entry without a value; parquet-java counts it among the nulls as well.
        long nulls = column.EntryCount - column.ValueCount;
        if (count == 0)
        {
            return new(nulls, null, null, true, true);
        }

        return column.Column.Type switch
        {
            ParquetType.Boolean =>
                Exact(nulls, [plain.Contains((byte)0) ? (byte)0 : (byte)1], [plain.Contains((byte)1) ? (byte)1 : (byte)0]),
            ParquetType.Int32 => Integers<int>(nulls, plain),
            ParquetType.Int64 => Integers<long>(nulls, plain),
            ParquetType.Float => Floats<float>(nulls, plain),
            ParquetType.Double => Floats<double>(nulls, plain),
            _ => Bytes(nulls, plain, column.Column.Type == ParquetType.String),
        };
    }

    private static ColumnStatistics Exact(long nulls, byte[] min, byte[] max) => new(nulls, min, max, true, true);

    private static ColumnStatistics Integers<T>(long nulls, ReadOnlySpan<byte> plain)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        T min = T.MaxValue;
        T max = T.MinValue;
        foreach (T value in MemoryMarshal.Cast<byte, T>(plain))
        {
            min = T.Min(min, value);
            max = T.Max(max, value);
        }

        return Exact(nulls, ToBytes(min), ToBytes(max));
    }

    /// <summary>
    /// NaN is left out, since it has no order. A bound of zero must include the other zero: the minimum is -0, the maximum +0.
    /// </summary>
    private static ColumnStatistics Floats<T>(long nulls, ReadOnlySpan<byte> plain) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T min = T.PositiveInfinity;
        T max = T.NegativeInfinity;
        bool any = false;
        foreach (T value in MemoryMarshal.Cast<byte, T>(plain))
        {
            if (!T.IsNaN(value))
            {
                any = true;
                min = T.Min(min, value);
                max = T.Max(max, value);
            }
        }

        return any
            ? Exact(nulls, ToBytes(min == T.Zero ? T.NegativeZero : min), ToBytes(max == T.Zero ? T.Zero : max))
            : new(nulls, null, null, true, true);
    }

    private static byte[] ToBytes<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value)).ToArray();

    private static ColumnStatistics Bytes(long nulls, ReadOnlySpan<byte> plain, bool isText)
    {
        ReadOnlySpan<byte> min = default;
        ReadOnlySpan<byte> max = default;
        for (int offset = 0; offset < plain.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(plain[offset..]);
            ReadOnlySpan<byte> value = plain.Slice(offset + 4, length);
            min = offset == 0 || value.SequenceCompareTo(min) < 0 ? value : min;
            max = offset == 0 || value.SequenceCompareTo(max) > 0 ? value : max;
            offset += 4 + length;
        }

        byte[] lower = BoundTruncation.Lower(min, isText);
        byte[]? upper = BoundTruncation.Upper(max, isText);
        return new(nulls, lower, upper, lower.Length == min.Length, upper is not null && max.SequenceEqual(upper));
    }
}
