using System.Text;

namespace DataForge.Parquet.Thrift;

/// <summary>
/// Reads Thrift's compact protocol from untrusted bytes
/// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Every length and count is compared with the
/// bytes that are left before anything is done with it.
/// </summary>
/// <remarks>
/// A struct is read as <c>short id = 0; while (reader.NextField(ref id, out type)) switch (id) {...; default: reader.Skip(type);}</c>.
/// </remarks>
internal ref struct CompactReader(ReadOnlySpan<byte> data)
{
    /// <summary>Nested structs of unknown fields beyond this depth are refused: Parquet's own nest 6 deep.</summary>
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> data = data;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    private readonly int Left => data.Length - Position;

    /// <summary>Reads a field's header: its id (a delta to the one before, or in full) and type. False at the struct's end.</summary>
    public bool NextField(ref short id, out CompactType type)
    {
        byte head = Byte();
        type = (CompactType)(head & 0x0F);
        if (type == CompactType.Stop)
        {
            return false;
        }

        int delta = head >> 4;
        id = delta != 0 ? (short)(id + delta) : (short)ZigZag();
        return true;
    }

    public readonly bool Bool(CompactType type) => type switch
    {
        CompactType.True => true,
        CompactType.False => false,
        _ => throw WrongType(type, CompactType.True),
    };

    public sbyte I8(CompactType type)
    {
        Expect(type, CompactType.Byte);
        return (sbyte)Byte();
    }

    public int I32(CompactType type)
    {
        Expect(type, CompactType.I32);
        long value = ZigZag();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new ParquetException("metadata: a 32-bit integer is out of range");
    }

    public long I64(CompactType type)
    {
        Expect(type, CompactType.I64);
        return ZigZag();
    }

    public ReadOnlySpan<byte> Binary(CompactType type)
    {
        Expect(type, CompactType.Binary);
        ulong length = Varint();
        if (length > (ulong)Left)
        {
            throw new ParquetException("metadata: a string is longer than the bytes that are left");
        }

        ReadOnlySpan<byte> value = data.Slice(Position, (int)length);
        Position += (int)length;
        return value;
    }

    public string String(CompactType type) => Encoding.UTF8.GetString(Binary(type));

    /// <summary>Reads a list's header; the count never exceeds the bytes left, since each element takes at least one.</summary>
    public int List(CompactType type, out CompactType element)
    {
        if (type is not (CompactType.List or CompactType.Set))
        {
            throw WrongType(type, CompactType.List);
        }

        byte head = Byte();
        element = (CompactType)(head & 0x0F);
        ulong count = (ulong)(head >> 4);
        count = count == 15 ? Varint() : count;
        return count <= (ulong)Left ? (int)count : throw new ParquetException("metadata: a list has more elements than bytes are left");
    }

    public readonly void Expect(CompactType type, CompactType expected)
    {
        if (type != expected)
        {
            throw WrongType(type, expected);
        }
    }

    public void Skip(CompactType type, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new ParquetException("metadata: structs are nested too deep");
        }

        switch (type)
        {
            case CompactType.True or CompactType.False:
                break;
            case CompactType.Byte:
                Advance(1);
                break;
            case CompactType.I16 or CompactType.I32 or CompactType.I64:
                Varint();
                break;
            case CompactType.Double:
                Advance(8);
                break;
            case CompactType.Uuid:
                Advance(16);
                break;
            case CompactType.Binary:
                Binary(type);
                break;
            case CompactType.List or CompactType.Set:
                SkipList(type, depth);
                break;
            case CompactType.Map:
                SkipMap(depth);
                break;
            case CompactType.Struct:
                short id = 0;
                while (NextField(ref id, out CompactType field))
                {
                    Skip(field, depth + 1);
                }

                break;
            default:
                throw new ParquetException($"metadata: unknown type code {(int)type}");
        }
    }

    private void SkipList(CompactType type, int depth)
    {
        int count = List(type, out CompactType element);
        for (int i = 0; i < count; i++)
        {
            SkipElement(element, depth);
        }
    }

    private void SkipMap(int depth)
    {
        ulong count = Varint();
        if (count > (ulong)Left)
        {
            throw new ParquetException("metadata: a map has more entries than bytes are left");
        }

        byte types = count == 0 ? (byte)0 : Byte();
        for (ulong i = 0; i < count; i++)
        {
            SkipElement((CompactType)(types >> 4), depth);
            SkipElement((CompactType)(types & 0x0F), depth);
        }
    }

    /// <summary>Inside a container a boolean takes a byte of its own; as a field it lives in the type.</summary>
    private void SkipElement(CompactType element, int depth) =>
        Skip(element is CompactType.True or CompactType.False ? CompactType.Byte : element, depth + 1);

    private void Advance(int count)
    {
        if (count > Left)
        {
            throw Truncated();
        }

        Position += count;
    }

    private byte Byte() => Position < data.Length ? data[Position++] : throw Truncated();

    private long ZigZag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ParquetException("metadata: a varint is longer than ten bytes");
    }

    private static ParquetException Truncated() => new("metadata ends before it is complete");

    private static ParquetException WrongType(CompactType type, CompactType expected) =>
        new($"metadata: a field has type {type} where {expected} belongs");
}
