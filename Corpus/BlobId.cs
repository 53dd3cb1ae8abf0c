using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataForge.Corpus;

/// <summary>
/// A git object id of a blob: SHA-1 over <c>"blob " + length + NUL + content</c>
/// (<see href="https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"/>). 20 bytes; ordered as its 40 hexadecimal digits are.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly struct BlobId : IEquatable<BlobId>, IComparable<BlobId>
{
    /// <summary>Bytes in an id.</summary>
    public const int Size = 20;

    // Big-endian words, so that integer order is digit order.
    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    /// <summary>Reads an id from its 20 bytes.</summary>
    public BlobId(ReadOnlySpan<byte> bytes)
    {
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The first 64 bits: uniformly distributed, so they serve as a random seed or a hash of the content.</summary>
    public ulong Prefix => _high;

    /// <summary>Computes the id that git gives to a content.</summary>
    public static BlobId Of(ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        Span<byte> header = stackalloc byte[32];
        "blob "u8.CopyTo(header);
        Utf8Formatter.TryFormat(content.Length, header[5..], out int digits);
        header[5 + digits] = 0;
        hash.AppendData(header[..(6 + digits)]);
        hash.AppendData(content);
        Span<byte> id = stackalloc byte[Size];
        hash.GetHashAndReset(id);
        return new BlobId(id);
    }

    /// <summary>Reads 40 hexadecimal digits in ASCII.</summary>
    /// <exception cref="FormatException">The text is not 40 hexadecimal digits.</exception>
    public static BlobId Parse(ReadOnlySpan<byte> hex)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (hex.Length != 2 * Size || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new FormatException("A blob id is 40 hexadecimal digits.");
        }

        return new BlobId(bytes);
    }

    /// <summary>Reads 40 hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is not 40 hexadecimal digits.</exception>
    public static BlobId Parse(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        return bytes.Length == Size ? new BlobId(bytes) : throw new FormatException("A blob id is 40 hexadecimal digits.");
    }

    /// <summary>Writes the 20 bytes of the id.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], _low);
    }

    /// <summary>Writes 40 lower-case hexadecimal digits.</summary>
    public void FormatHex(Span<byte> hex)
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        Convert.TryToHexStringLower(bytes, hex, out _);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(BlobId other) => _high == other._high && _middle == other._middle && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BlobId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)(_high >> 32);

    /// <inheritdoc/>
    public int CompareTo(BlobId other)
    {
        int order = _high.CompareTo(other._high);
        order = order != 0 ? order : _middle.CompareTo(other._middle);
        return order != 0 ? order : _low.CompareTo(other._low);
    }

    /// <summary>Whether both are the same id.</summary>
    public static bool operator ==(BlobId left, BlobId right) => left.Equals(right);

    /// <summary>Whether they are different ids.</summary>
    public static bool operator !=(BlobId left, BlobId right) => !left.Equals(right);
}
