using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json.Nodes;
using DataForge.Parquet;

namespace DataForge.Parquet.Tests;

/// <summary>
/// Puts a record (<see cref="ParquetRowGroup.Records"/>) into the form of tests/Testing/js/dump-parquet.mjs, by its logical types.
/// </summary>
internal static class CanonicalValue
{
    /// <summary>Julian day number of 1970-01-01: INT96 timestamps count days from that calendar's beginning.</summary>
    private const long UnixEpochJulianDay = 2_440_588;

    public static JsonNode? Of(ParquetNode node, object? value) => node.Repetition == ParquetRepetition.Repeated
        ? new JsonArray([.. ((List<object?>)value!).Select(item => Single(node, item))])
        : Single(node, value);

    private static JsonNode? Single(ParquetNode node, object? value)
    {
        if (value is null)
        {
            return null;
        }

        if (node.IsLeaf)
        {
            return Leaf(node, value);
        }

        if (value is not List<object?> list)
        {
            return Struct(node, value);
        }

        ParquetNode repeated = node.Children[0];
        if (node.Logical.Kind == ParquetLogicalKind.Map)
        {
            return new JsonArray([.. list.Select(item => Entry(repeated, (KeyValuePair<string, object?>[])item!))]);
        }

        bool isElement = repeated.IsLeaf || repeated.Children.Count != 1 || repeated.Name == "array" || repeated.Name == node.Name + "_tuple";
        return new JsonArray([.. list.Select(item => isElement ? Single(repeated, item) : Of(repeated.Children[0], item))]);
    }

    private static JsonObject Struct(ParquetNode node, object value)
    {
        JsonObject result = [];
        KeyValuePair<string, object?>[] fields = (KeyValuePair<string, object?>[])value;
        for (int i = 0; i < fields.Length; i++)
        {
            result[fields[i].Key] = Of(node.Children[i], fields[i].Value);
        }

        return result;
    }

    private static JsonArray Entry(ParquetNode entry, KeyValuePair<string, object?>[] fields) =>
        new([.. fields.Select((field, i) => Of(entry.Children[i], field.Value))]);

    private static JsonNode? Leaf(ParquetNode node, object value)
    {
        ParquetLogicalType logical = node.Logical;
        return value switch
        {
            bool flag => flag,
            int number => Integer(logical, number, 32),
            long number => Integer(logical, number, 64),
            float number => Real(number),
            double number => Real(number),
            byte[] bytes when logical.Kind == ParquetLogicalKind.Decimal => $"{new BigInteger(bytes, isBigEndian: true)}:{logical.Scale}",
            byte[] bytes when logical.Kind == ParquetLogicalKind.Float16 => Real((double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
            byte[] bytes when node.Physical == ParquetPhysicalType.Int96 => Int96(bytes),
            byte[] bytes => "x" + Convert.ToHexStringLower(bytes),
            _ => throw new ArgumentException($"{node}: {value.GetType()}"),
        };
    }

    private static string Integer(ParquetLogicalType logical, long value, int bits) => logical.Kind switch
    {
        ParquetLogicalKind.Decimal => $"{value}:{logical.Scale}",
        ParquetLogicalKind.Time or ParquetLogicalKind.Timestamp => ((BigInteger)value * (1_000_000_000 / logical.UnitsPerSecond)).ToString(),
        ParquetLogicalKind.Integer when !logical.Signed => (bits == 32 ? (uint)value : (ulong)value).ToString(),
        _ => value.ToString(),
    };

    private static string Real(double value) =>
        double.IsNaN(value) ? "NaN" : BitConverter.DoubleToInt64Bits(value).ToString("x16");

    /// <summary>
    /// Nanoseconds of the day, then the Julian day; DuckDB keeps them as 64-bit nanoseconds where they fit, and microseconds else.
    /// </summary>
    private static string Int96(byte[] bytes)
    {
        BigInteger days = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) - UnixEpochJulianDay;
        return ((days * 86_400_000_000_000) + BinaryPrimitives.ReadInt64LittleEndian(bytes)).ToString();
    }
}
