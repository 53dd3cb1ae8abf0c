using System.Text;
using DataForge.Parquet.Encodings;

namespace DataForge.Parquet.Thrift;

/// <summary>
/// Reads Thrift's compact protocol from untrusted bytes
/// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Every length and count is compared with the
/// remaining bytes before it is used.
/// </summary>
/// <remarks>
/// A struct is read as <c>short id = 0; while (reader.NextField(ref id, out type)) switch (id) {...; default: reader.Skip(type);}</c>.
/// </remarks>
internal ref struct CompactReader(ReadOnlySpan<byte> data)
{
    /// <summary>Unknown fields with structs nested deeper than this are refused; Parquet's own structs nest 6 levels.</summary>
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    private readonly int Remaining => _data.Length - Position;

    /// <summary>
    /// Reads a field's header: its id (as a difference to the one before, or in full) and its type. False at the struct's end.
    /// </summary>
    public bool NextField(ref short id, out CompactType type)
    {
        byte head = Byte();
        type = (CompactType)(head & 0x0F);
        if (type == CompactType.Stop)
        {
            return false;
        }

        int delta = head >> 4;
        id = delta != 0 ? (short)(id + delta) : (short)ReadZigZag();
        return true;
    }

    /// <summary>A boolean field, whose value is its type.</summary>
    public readonly bool Bool(CompactType type) => type switch
    {
        CompactType.True => true,
        CompactType.False => false,
        _ => throw WrongType(type, CompactType.True),
    };

    /// <summary>Reads a byte field.</summary>
    public sbyte I8(CompactType type)
    {
        Expect(type, CompactType.Byte);
        return (sbyte)Byte();
    }

    /// <summary>Reads a 32-bit integer field.</summary>
    public int I32(CompactType type)
    {
        Expect(type, CompactType.I32);
        long value = ReadZigZag();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new ParquetException("metadata: a 32-bit integer is out of range");
    }

    /// <summary>Reads a 64-bit integer field.</summary>
    public long I64(CompactType type)
    {
        Expect(type, CompactType.I64);
        return ReadZigZag();
    }

    /// <summary>Reads a field of bytes; a slice of the data.</summary>
    public ReadOnlySpan<byte> Binary(CompactType type)
    {
        Expect(type, CompactType.Binary);
        ulong length = ReadVarint();
        if (length > (ulong)Remaining)
        {
            throw new ParquetException("metadata: a string is longer than the remaining bytes");
        }

        ReadOnlySpan<byte> value = _data.Slice(Position, (int)length);
        Position += (int)length;
        return value;
    }

    /// <summary>Reads a field of text; invalid UTF-8 becomes U+FFFD.</summary>
    public string String(CompactType type) => Encoding.UTF8.GetString(Binary(type));

    /// <summary>Reads a list's header; the count does not exceed the remaining bytes, since each element takes at least one.</summary>
    public int List(CompactType type, out CompactType element)
    {
        if (type is not (CompactType.List or CompactType.Set))
        {
            throw WrongType(type, CompactType.List);
        }

        byte head = Byte();
        element = (CompactType)(head & 0x0F);
        ulong count = (ulong)(head >> 4);
        count = count == 15 ? ReadVarint() : count;
        return count <= (ulong)Remaining
            ? (int)count
            : throw new ParquetException("metadata: a list has more elements than there are bytes");
    }

    /// <summary>Checks a field's type.</summary>
    /// <exception cref="ParquetException">The type is another.</exception>
    public readonly void Expect(CompactType type, CompactType expected)
    {
        if (type != expected)
        {
            throw WrongType(type, expected);
        }
    }

    /// <summary>Skips a field of any type.</summary>
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
                ReadVarint();
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
        ulong count = ReadVarint();
        if (count > (ulong)Remaining)
        {
            throw new ParquetException("metadata: a map has more entries than there are bytes");
        }

        byte types = count == 0 ? (byte)0 : Byte();
        for (ulong i = 0; i < count; i++)
        {
            SkipElement((CompactType)(types >> 4), depth);
            SkipElement((CompactType)(types & 0x0F), depth);
        }
    }

    /// <summary>In a container a boolean takes a byte of its own; as a field it is part of the type.</summary>
    private void SkipElement(CompactType element, int depth) =>
        Skip(element is CompactType.True or CompactType.False ? CompactType.Byte : element, depth + 1);

    private void Advance(int count)
    {
        if (count > Remaining)
        {
            throw Truncated();
        }

        Position += count;
    }

    private byte Byte() => Position < _data.Length ? _data[Position++] : throw Truncated();

    private long ReadZigZag()
    {
        int position = Position;
        long value = Varint.ReadZigZag(_data, ref position);
        Position = position;
        return value;
    }

    private ulong ReadVarint()
    {
        int position = Position;
        ulong value = Varint.Read(_data, ref position);
        Position = position;
        return value;
    }

    private static ParquetException Truncated() => new("metadata ends before it is complete");

    private static ParquetException WrongType(CompactType type, CompactType expected) =>
        new($"metadata: a field has type {type} instead of {expected}");
}
