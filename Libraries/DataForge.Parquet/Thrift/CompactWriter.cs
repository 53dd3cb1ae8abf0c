using System.Text;
using DataForge.Parquet.Encodings;

namespace DataForge.Parquet.Thrift;

/// <summary>
/// Writes Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
/// Fields must be written in ascending order of their ids.
/// </summary>
internal sealed class CompactWriter(ByteBuffer output)
{
    private readonly Stack<short> _enclosing = new();
    private short _last;

    /// <summary>Writes a boolean field.</summary>
    public void Bool(short id, bool value) => Header(id, value ? CompactType.True : CompactType.False);

    /// <summary>Writes a 32-bit integer field.</summary>
    public void I32(short id, int value)
    {
        Header(id, CompactType.I32);
        Varint.WriteZigZag(output, value);
    }

    /// <summary>Writes a 64-bit integer field.</summary>
    public void I64(short id, long value)
    {
        Header(id, CompactType.I64);
        Varint.WriteZigZag(output, value);
    }

    /// <summary>Writes a field of bytes.</summary>
    public void Binary(short id, ReadOnlySpan<byte> value)
    {
        Header(id, CompactType.Binary);
        RawBinary(value);
    }

    /// <summary>Writes a field of text as UTF-8.</summary>
    public void String(short id, string value) => Binary(id, Encoding.UTF8.GetBytes(value));

    /// <summary>Writes the header of a list field; its elements follow by the Raw methods or by BeginElement and EndStruct.</summary>
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
            Varint.Write(output, (ulong)count);
        }
    }

    /// <summary>Writes a list's element of 32 bits.</summary>
    public void RawI32(int value) => Varint.WriteZigZag(output, value);

    /// <summary>Writes a list's element of bytes.</summary>
    public void RawBinary(ReadOnlySpan<byte> value)
    {
        Varint.Write(output, (ulong)value.Length);
        output.Add(value);
    }

    /// <summary>Begins a field that is a struct.</summary>
    public void BeginStruct(short id)
    {
        Header(id, CompactType.Struct);
        BeginElement();
    }

    /// <summary>Begins a struct that is a list's element, or the outermost struct.</summary>
    public void BeginElement()
    {
        _enclosing.Push(_last);
        _last = 0;
    }

    /// <summary>Ends the innermost struct.</summary>
    public void EndStruct()
    {
        output.Add((byte)CompactType.Stop);
        _last = _enclosing.Pop();
    }

    private void Header(short id, CompactType type)
    {
        int delta = id - _last;
        if (delta is > 0 and <= 15)
        {
            output.Add((byte)((delta << 4) | (int)type));
        }
        else
        {
            output.Add((byte)type);
            Varint.WriteZigZag(output, id);
        }

        _last = id;
    }
}
