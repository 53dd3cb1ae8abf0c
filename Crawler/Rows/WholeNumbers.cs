using System.Globalization;
using System.Numerics;
using DataForge.Parquet;

namespace DataForge.Crawler.Rows;

/// <summary>Reads a column of numbers of any type as whole numbers; decimal numbers by their scale.</summary>
internal static class WholeNumbers
{
    // The most digits that a decimal number has in the usual readers; a number of that many fits in 32 bytes.
    private const int MaxScale = 76;
    private const int MaxBytes = 32;

    /// <summary>
    /// A function that gives a row's number, or null if it has none. It throws <see cref="FormatException"/> for a number that is not
    /// whole or is too large.
    /// </summary>
    /// <param name="rows">The row group.</param>
    /// <param name="column">The column; null for none.</param>
    public static Func<int, int?> Of(ParquetRowGroup rows, ParquetColumn? column)
    {
        if (column is null)
        {
            return static _ => null;
        }

        int scale = column.DecimalScale ?? 0;
        switch (column.Type)
        {
            case ParquetType.Int32:
                Int32Column int32 = rows.Int32(column.Name);
                return row => int32.IsNull(row) ? null : Whole(int32[row], scale);
            case ParquetType.Int64:
                Int64Column int64 = rows.Int64(column.Name);
                return row => int64.IsNull(row) ? null : Whole(int64[row], scale);
            case ParquetType.Float:
                FloatColumn single = rows.Float(column.Name);
                return row => single.IsNull(row) ? null : Whole(single[row]);
            case ParquetType.Double:
                DoubleColumn number = rows.Double(column.Name);
                return row => number.IsNull(row) ? null : Whole(number[row]);
            default:
                BinaryColumn bytes = rows.Binary(column.Name);
                return row => bytes.IsNull(row) ? null : Whole(Unscaled(bytes[row]), scale);
        }
    }

    /// <summary>A number as a whole number.</summary>
    /// <exception cref="FormatException">It is not whole, or is too large.</exception>
    public static int Whole(double value) => value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue
        ? (int)value
        : throw NotWhole(value.ToString(CultureInfo.InvariantCulture));

    // A decimal number is its unscaled number divided by 10 to the power of the scale.
    private static int Whole(BigInteger unscaled, int scale)
    {
        if (scale is < 0 or > MaxScale)
        {
            throw new FormatException($"stars and forks must have a scale of 0 to {MaxScale}, not {scale}");
        }

        (BigInteger whole, BigInteger rest) = BigInteger.DivRem(unscaled, BigInteger.Pow(10, scale));
        return rest.IsZero && BigInteger.Abs(whole) <= int.MaxValue
            ? (int)whole
            : throw NotWhole(string.Create(CultureInfo.InvariantCulture, $"{unscaled} with a scale of {scale}"));
    }

    // Two's complement, the highest byte first.
    private static BigInteger Unscaled(ReadOnlySpan<byte> bytes) => bytes.Length <= MaxBytes
        ? new BigInteger(bytes, isUnsigned: false, isBigEndian: true)
        : throw new FormatException($"a decimal number has more than {MaxBytes} bytes");

    private static FormatException NotWhole(string value) =>
        new($"stars and forks must be whole numbers of at most {int.MaxValue}, not {value}");
}
