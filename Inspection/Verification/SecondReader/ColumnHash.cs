using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataForge.Inspection.Verification.SecondReader;

/// <summary>
/// SHA-256 over a column's values in one form for every reader: a value is its length and its bytes, a null the length −1, a list the
/// number of its elements and the elements.
/// </summary>
internal sealed class ColumnHash : IDisposable
{
    private const int Null = -1;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // Short values are hashed together.
    private readonly byte[] _buffer = new byte[4096];
    private int _buffered;

    /// <summary>The hash of what was added.</summary>
    public byte[] Value()
    {
        Flush();
        return _hash.GetCurrentHash();
    }

    /// <summary>Adds a row without a value, or without a list.</summary>
    public void AddNull() => AddLength(Null);

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        AddLength(value.Length);
        Append(value);
    }

    /// <summary>Adds a whole number, whatever its width in the file.</summary>
    public void Add(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Add(bytes);
    }

    /// <summary>Adds a number, bit by bit.</summary>
    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

    /// <summary>Adds text in UTF-16.</summary>
    public void Add(ReadOnlySpan<char> value) => Add(MemoryMarshal.AsBytes(value));

    /// <summary>Begins a list of so many elements, which are added next.</summary>
    public void AddLength(int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        Append(bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _buffered)
        {
            Flush();
        }

        if (bytes.Length > _buffer.Length)
        {
            _hash.AppendData(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _buffered);
        _buffered = 0;
    }
}
