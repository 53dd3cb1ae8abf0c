using System.Text;

namespace DataForge.Parquet.Thrift;

/// <summary>
/// Writes Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
/// Fields must come in rising order of their ids.
/// </summary>
internal sealed class CompactWriter(ByteBuffer output)
{
    private readonly Stack<short> enclosing = new();
    private short last;

    public void Bool(short id, bool value) => Header(id, value ? CompactType.True : CompactType.False);

    public void I8(short id, sbyte value)
    {
        Header(id, CompactType.Byte);
        output.Add((byte)value);
    }

    public void I32(short id, int value)
    {
        Header(id, CompactType.I32);
        ZigZag(value);
    }

    public void I64(short id, long value)
    {
        Header(id, CompactType.I64);
        ZigZag(value);
    }

    public void Binary(short id, ReadOnlySpan<byte> value)
    {
        Header(id, CompactType.Binary);
        RawBinary(value);
    }

    public void String(short id, string value) => Binary(id, Encoding.UTF8.GetBytes(value));

    /// <summary>Starts a list field; its elements follow as Raw... or BeginElement/EndStruct.</summary>
    public void List(short id, CompactType element, int count)
    {
        Header(id, CompactType.List);
        if (count < 15)
        {
            output.Add((byte)((count << 4) | (int)element));
        }
        else
        {
            output.Add((byte)(0xF0 | (int)element));
            Varint((ulong)count);
        }
    }

    public void RawI32(int value) => ZigZag(value);

    public void RawBinary(ReadOnlySpan<byte> value)
    {
        Varint((ulong)value.Length);
        output.Add(value);
    }

    public void BeginStruct(short id)
    {
        Header(id, CompactType.Struct);
        BeginElement();
    }

    /// <summary>Starts a struct that is a list's element, or the outermost one.</summary>
    public void BeginElement()
    {
        enclosing.Push(last);
        last = 0;
    }

    public void EndStruct()
    {
        output.Add((byte)CompactType.Stop);
        last = enclosing.Pop();
    }

    private void Header(short id, CompactType type)
    {
        int delta = id - last;
        if (delta is > 0 and <= 15)
        {
            output.Add((byte)((delta << 4) | (int)type));
        }
        else
        {
            output.Add((byte)type);
            ZigZag(id);
        }

        last = id;
    }

    private void ZigZag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            output.Add((byte)(value | 0x80));
            value >>= 7;
        }

        output.Add((byte)value);
    }
}
