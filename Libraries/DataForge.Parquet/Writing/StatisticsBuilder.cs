using System.Buffers.Binary;
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
            ParquetType.Int32 => Int32(nulls, plain),
            ParquetType.Int64 => Int64(nulls, plain),
            ParquetType.Float => Float(nulls, plain),
            ParquetType.Double => Double(nulls, plain),
            _ => Bytes(nulls, plain, column.Column.Type == ParquetType.String),
        };
    }

    private static ColumnStatistics Exact(long nulls, byte[] min, byte[] max) => new(nulls, min, max, true, true);

    private static ColumnStatistics Int32(long nulls, ReadOnlySpan<byte> plain)
    {
        int min = int.MaxValue;
        int max = int.MinValue;
        for (int i = 0; i < plain.Length; i += 4)
        {
            int value = BinaryPrimitives.ReadInt32LittleEndian(plain[i..]);
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        return Exact(nulls, BitConverter.GetBytes(min), BitConverter.GetBytes(max));
    }

    private static ColumnStatistics Int64(long nulls, ReadOnlySpan<byte> plain)
    {
        long min = long.MaxValue;
        long max = long.MinValue;
        for (int i = 0; i < plain.Length; i += 8)
        {
            long value = BinaryPrimitives.ReadInt64LittleEndian(plain[i..]);
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        return Exact(nulls, BitConverter.GetBytes(min), BitConverter.GetBytes(max));
    }

    /// <summary>
    /// NaN is left out, since it has no order. A bound of zero must include the other zero: the minimum is -0, the maximum +0.
    /// </summary>
    private static ColumnStatistics Float(long nulls, ReadOnlySpan<byte> plain)
    {
        float min = float.PositiveInfinity;
        float max = float.NegativeInfinity;
        bool any = false;
        for (int i = 0; i < plain.Length; i += 4)
        {
            float value = BinaryPrimitives.ReadSingleLittleEndian(plain[i..]);
            if (!float.IsNaN(value))
            {
                any = true;
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }
        }

        return any
            ? Exact(nulls, BitConverter.GetBytes(min == 0 ? -0f : min), BitConverter.GetBytes(max == 0 ? 0f : max))
            : new(nulls, null, null, true, true);
    }

    private static ColumnStatistics Double(long nulls, ReadOnlySpan<byte> plain)
    {
        double min = double.PositiveInfinity;
        double max = double.NegativeInfinity;
        bool any = false;
        for (int i = 0; i < plain.Length; i += 8)
        {
            double value = BinaryPrimitives.ReadDoubleLittleEndian(plain[i..]);
            if (!double.IsNaN(value))
            {
                any = true;
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }
        }

        return any
            ? Exact(nulls, BitConverter.GetBytes(min == 0 ? -0d : min), BitConverter.GetBytes(max == 0 ? 0d : max))
            : new(nulls, null, null, true, true);
    }

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
