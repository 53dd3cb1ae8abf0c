using System.Globalization;
using System.Text;

namespace DataForge.Crawler.Fetch;

/// <summary>What an archive's entry is.</summary>
internal enum TarKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>Anything else: a folder, a device, a hard link.</summary>
    Other,
}

/// <summary>An entry's head.</summary>
/// <param name="Path">Its path, as the bytes that stand there.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsExecutable">Whether its owner may run it.</param>
/// <param name="Size">Bytes of its content.</param>
internal sealed record TarEntry(byte[] Path, TarKind Kind, bool IsExecutable, long Size);

/// <summary>
/// Reads a tar stream as git archive writes it (ustar with pax headers; POSIX.1-2017, pax). Nothing is unpacked, and a head is never
/// taken at its word: a header that says how long another one is has a limit.
/// </summary>
internal sealed class TarReader(Stream stream)
{
    private const int Block = 512;
    private const int MaxHeader = 1 << 20;
    private readonly byte[] _block = new byte[Block];
    private long _rest;
    private long _padding;

    /// <summary>The comment of the archive's global header, where git puts the commit's id; null before it was read, or where there is none.</summary>
    public string? Comment { get; private set; }

    /// <summary>Goes on to the next entry; null at the end.</summary>
    /// <exception cref="FormatException">This is no tar stream.</exception>
    public async ValueTask<TarEntry?> NextAsync(CancellationToken cancellation)
    {
        await SkipAsync(_rest + _padding, cancellation).ConfigureAwait(false);
        (_rest, _padding) = (0, 0);
        byte[]? path = null;
        while (true)
        {
            await stream.ReadExactlyAsync(_block, cancellation).ConfigureAwait(false);
            if (!_block.AsSpan().ContainsAnyExcept((byte)0))
            {
                return null;
            }

            CheckSum();
            long size = Octal(_block.AsSpan(124, 12));
            byte type = _block[156];
            if (type is (byte)'g' or (byte)'x' or (byte)'L' or (byte)'K')
            {
                byte[] header = await HeaderAsync(size, cancellation).ConfigureAwait(false);
                path = type == 'x' ? Value(header, "path") ?? path : type == 'L' ? header.AsSpan().TrimEnd((byte)0).ToArray() : path;
                Comment = type == 'g' ? Value(header, "comment") is { } comment ? Encoding.ASCII.GetString(comment) : Comment : Comment;
                continue;
            }

            TarKind kind = type is 0 or (byte)'0' ? TarKind.File : type == '2' ? TarKind.Link : TarKind.Other;
            _rest = kind == TarKind.File || type is (byte)'7' ? size : 0;
            _padding = (Block - (_rest % Block)) % Block;
            bool isExecutable = (Octal(_block.AsSpan(100, 8)) & 0x40) != 0;
            return new TarEntry(path ?? Name(), kind, isExecutable, _rest);
        }
    }

    /// <summary>Reads the entry's content from where it stands; 0 at its end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        int count = (int)Math.Min(buffer.Length, _rest);
        await stream.ReadExactlyAsync(buffer[..count], cancellation).ConfigureAwait(false);
        _rest -= count;
        return count;
    }

    private async ValueTask<byte[]> HeaderAsync(long size, CancellationToken cancellation)
    {
        if (size > MaxHeader)
        {
            throw new FormatException($"a header of {size} bytes");
        }

        byte[] header = new byte[size];
        await stream.ReadExactlyAsync(header, cancellation).ConfigureAwait(false);
        await SkipAsync((Block - (size % Block)) % Block, cancellation).ConfigureAwait(false);
        return header;
    }

    private async ValueTask SkipAsync(long count, CancellationToken cancellation)
    {
        byte[] waste = new byte[Math.Min(count, 64 << 10)];
        while (count > 0)
        {
            int part = (int)Math.Min(count, waste.Length);
            await stream.ReadExactlyAsync(waste.AsMemory(0, part), cancellation).ConfigureAwait(false);
            count -= part;
        }
    }

    // The sum of the head's bytes, its own field as spaces.
    private void CheckSum()
    {
        long sum = 0;
        for (int i = 0; i < Block; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : _block[i];
        }

        if (sum != Octal(_block.AsSpan(148, 8)))
        {
            throw new FormatException("a damaged head");
        }
    }

    // Octal digits, or, where the first bit is set, a number in base 256.
    private static long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (byte b in field[^8..])
            {
                value = (value << 8) | b;
            }

            return value >= 0 && !field[1..^8].ContainsAnyExcept((byte)0) ? value : throw new FormatException("a number that is too large");
        }

        foreach (byte b in field.Trim(" \0"u8))
        {
            value = b is >= (byte)'0' and <= (byte)'7' ? (value * 8) + (b - '0') : throw new FormatException("a number that is none");
        }

        return value;
    }

    private byte[] Name()
    {
        ReadOnlySpan<byte> name = Cut(_block.AsSpan(0, 100));
        ReadOnlySpan<byte> prefix = _block.AsSpan(257, 5).SequenceEqual("ustar"u8) ? Cut(_block.AsSpan(345, 155)) : default;
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    // Records of a pax header: length SP key = value LF, the length of all of it in decimal.
    private static byte[]? Value(ReadOnlySpan<byte> header, string key)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(key + "=");
        byte[]? found = null;
        while (header.IndexOf((byte)' ') is > 0 and var space)
        {
            if (!int.TryParse(header[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length <= space + 1 || length > header.Length)
            {
                throw new FormatException("a damaged header");
            }

            ReadOnlySpan<byte> record = header[(space + 1)..(length - 1)];
            found = record.StartsWith(wanted) ? record[wanted.Length..].ToArray() : found;
            header = header[length..];
        }

        return found;
    }
}
