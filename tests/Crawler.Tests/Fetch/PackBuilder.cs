using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>Packs made by hand (https://git-scm.com/docs/pack-format), sound or not.</summary>
internal sealed class PackBuilder
{
    public const int Commit = 1;
    public const int Tree = 2;
    public const int Blob = 3;
    private const int ReferenceDelta = 7;
    private readonly MemoryStream _objects = new();
    private uint _count;

    /// <summary>Adds an object; its declared size is its own unless another is given.</summary>
    public PackBuilder Add(int type, byte[] content, long declared = -1)
    {
        WriteHead(type, declared < 0 ? content.Length : declared);
        WriteCompressed(content);
        return this;
    }

    /// <summary>Adds an object of so many zeros.</summary>
    public PackBuilder AddZeros(int type, long size)
    {
        WriteHead(type, size);
        using var zlib = new ZLibStream(_objects, CompressionLevel.SmallestSize, leaveOpen: true);
        byte[] zeros = new byte[1 << 16];
        for (long left = size; left > 0; left -= zeros.Length)
        {
            zlib.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
        }

        return this;
    }

    /// <summary>Adds the head of an object alone.</summary>
    public PackBuilder AddHead(int type, long declared)
    {
        WriteHead(type, declared);
        return this;
    }

    /// <summary>Adds a delta against an object named by its id.</summary>
    public PackBuilder AddDelta(string baseId, byte[] delta)
    {
        WriteHead(ReferenceDelta, delta.Length);
        _objects.Write(Convert.FromHexString(baseId));
        WriteCompressed(delta);
        return this;
    }

    /// <summary>A delta that copies the first 64 KiB of its base so many times over.</summary>
    public static byte[] CopyDelta(long baseSize, int copies)
    {
        using var delta = new MemoryStream();
        WriteNumber(delta, baseSize);
        WriteNumber(delta, copies * 65536L);
        for (int i = 0; i < copies; i++)
        {
            // Copy from offset 0 the size 0, which stands for 65,536.
            delta.WriteByte(0x80);
        }

        return delta.ToArray();
    }

    /// <summary>The pack.</summary>
    public byte[] Build(uint? count = null)
    {
        byte[] pack = new byte[12 + _objects.Length + 20];
        "PACK"u8.CopyTo(pack);
        BinaryPrimitives.WriteUInt32BigEndian(pack.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt32BigEndian(pack.AsSpan(8), count ?? _count);
        _objects.ToArray().CopyTo(pack, 12);
        SHA1.HashData(pack.AsSpan(0, pack.Length - 20), pack.AsSpan(pack.Length - 20));
        return pack;
    }

    private void WriteHead(int type, long size)
    {
        _count++;
        int first = (type << 4) | (int)(size & 15);
        size >>= 4;
        for (; size > 0; size >>= 7)
        {
            _objects.WriteByte((byte)(first | 0x80));
            first = (int)(size & 0x7F);
        }

        _objects.WriteByte((byte)first);
    }

    private void WriteCompressed(byte[] content)
    {
        using var zlib = new ZLibStream(_objects, CompressionLevel.Fastest, leaveOpen: true);
        zlib.Write(content);
    }

    private static void WriteNumber(Stream to, long value)
    {
        for (; value > 0x7F; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }

        to.WriteByte((byte)value);
    }
}
