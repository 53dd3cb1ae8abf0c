using DataForge.Parquet.Thrift;

namespace DataForge.Parquet.Metadata;

/// <summary>Reads parquet.thrift's <c>LogicalType</c> union, and translates the older <c>ConvertedType</c>.</summary>
internal static class LogicalTypeReader
{
    /// <summary>Reads the union; a member this reader does not know becomes <see cref="ParquetLogicalKind.Other"/>.</summary>
    public static ParquetLogicalType Read(ref CompactReader reader, CompactType type)
    {
        reader.Expect(type, CompactType.Struct);
        ParquetLogicalType logical = default;
        short id = 0;
        while (reader.NextField(ref id, out CompactType field))
        {
            reader.Expect(field, CompactType.Struct);
            logical = id switch
            {
                5 => ReadDecimal(ref reader),
                7 => ReadTime(ref reader, ParquetLogicalKind.Time),
                8 => ReadTime(ref reader, ParquetLogicalKind.Timestamp),
                10 => ReadInteger(ref reader),
                _ => ReadPlain(ref reader, id),
            };
        }

        return logical;
    }

    /// <summary>An element's logical type, or its converted type as one where it has no logical type.</summary>
    public static ParquetLogicalType Resolve(SchemaElement element)
    {
        if (element.Logical.Kind != ParquetLogicalKind.None)
        {
            return element.Logical;
        }

        return element.Converted switch
        {
            null => default,
            ConvertedType.Utf8 => new(ParquetLogicalKind.String),
            ConvertedType.Map or ConvertedType.MapKeyValue => new(ParquetLogicalKind.Map),
            ConvertedType.List => new(ParquetLogicalKind.List),
            ConvertedType.Enum => new(ParquetLogicalKind.Enum),
            ConvertedType.Decimal => new(ParquetLogicalKind.Decimal, element.Precision, element.Scale),
            ConvertedType.Date => new(ParquetLogicalKind.Date),
            ConvertedType.TimeMillis => new(ParquetLogicalKind.Time, UnitsPerSecond: 1_000, AdjustedToUtc: true),
            ConvertedType.TimeMicros => new(ParquetLogicalKind.Time, UnitsPerSecond: 1_000_000, AdjustedToUtc: true),
            ConvertedType.TimestampMillis => new(ParquetLogicalKind.Timestamp, UnitsPerSecond: 1_000, AdjustedToUtc: true),
            ConvertedType.TimestampMicros => new(ParquetLogicalKind.Timestamp, UnitsPerSecond: 1_000_000, AdjustedToUtc: true),
            ConvertedType.UInt8 => Integer(8, false),
            ConvertedType.UInt16 => Integer(16, false),
            ConvertedType.UInt32 => Integer(32, false),
            ConvertedType.UInt64 => Integer(64, false),
            ConvertedType.Int8 => Integer(8, true),
            ConvertedType.Int16 => Integer(16, true),
            ConvertedType.Int32 => Integer(32, true),
            ConvertedType.Int64 => Integer(64, true),
            ConvertedType.Json => new(ParquetLogicalKind.Json),
            ConvertedType.Bson => new(ParquetLogicalKind.Bson),
            ConvertedType.Interval => new(ParquetLogicalKind.Interval),
            _ => new(ParquetLogicalKind.Other),
        };
    }

    private static ParquetLogicalType Integer(int bits, bool signed) => new(ParquetLogicalKind.Integer, BitWidth: bits, Signed: signed);

    private static ParquetLogicalType ReadPlain(ref CompactReader reader, short id)
    {
        reader.Skip(CompactType.Struct);
        return new(id switch
        {
            1 => ParquetLogicalKind.String,
            2 => ParquetLogicalKind.Map,
            3 => ParquetLogicalKind.List,
            4 => ParquetLogicalKind.Enum,
            6 => ParquetLogicalKind.Date,
            11 => ParquetLogicalKind.Null,
            12 => ParquetLogicalKind.Json,
            13 => ParquetLogicalKind.Bson,
            14 => ParquetLogicalKind.Uuid,
            15 => ParquetLogicalKind.Float16,
            _ => ParquetLogicalKind.Other,
        });
    }

    private static ParquetLogicalType ReadDecimal(ref CompactReader reader)
    {
        int scale = 0;
        int precision = 0;
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: scale = reader.I32(type); break;
                case 2: precision = reader.I32(type); break;
                default: reader.Skip(type); break;
            }
        }

        return new(ParquetLogicalKind.Decimal, precision, scale);
    }

    private static ParquetLogicalType ReadTime(ref CompactReader reader, ParquetLogicalKind kind)
    {
        bool utc = false;
        int units = 0;
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: utc = reader.Bool(type); break;
                case 2: units = ReadUnit(ref reader, type); break;
                default: reader.Skip(type); break;
            }
        }

        return new(kind, UnitsPerSecond: units, AdjustedToUtc: utc);
    }

    /// <summary>TimeUnit is a union of empty structs: 1 MILLIS, 2 MICROS, 3 NANOS.</summary>
    private static int ReadUnit(ref CompactReader reader, CompactType type)
    {
        reader.Expect(type, CompactType.Struct);
        int units = 0;
        short id = 0;
        while (reader.NextField(ref id, out CompactType field))
        {
            units = id switch { 1 => 1_000, 2 => 1_000_000, 3 => 1_000_000_000, _ => 0 };
            reader.Skip(field);
        }

        return units;
    }

    private static ParquetLogicalType ReadInteger(ref CompactReader reader)
    {
        int bits = 0;
        bool signed = true;
        short id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: bits = reader.I8(type); break;
                case 2: signed = reader.Bool(type); break;
                default: reader.Skip(type); break;
            }
        }

        return Integer(bits, signed);
    }
}
