using System.Globalization;
using System.Text;

namespace DataForge.Crawler.Fetch;

/// <summary>The kind of an archive's entry.</summary>
internal enum TarKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>Anything else: a folder, a device, a hard link.</summary>
    Other,
}

/// <summary>The header of an entry.</summary>
/// <param name="Path">Its path, as bytes.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
/// <param name="Size">Bytes of its content.</param>
internal sealed record TarEntry(byte[] Path, TarKind Kind, bool IsExecutable, long Size);

/// <summary>
/// Reads a tar stream as git archive writes it: ustar with pax headers
/// (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html). Nothing is unpacked to disk. Headers are not trusted: the length
/// of an extended header is limited.
/// </summary>
internal sealed class TarReader(Stream stream)
{
    private const int Block = 512;

    // A bound on extended headers, which hold a path or a comment.
    private const int MaxHeader = 1 << 20;
    private readonly byte[] _block = new byte[Block];
    private long _rest;
    private long _padding;

    /// <summary>The comment of the archive's global header, which is the commit's id; null if there is none, or none yet.</summary>
    public string? Comment { get; private set; }

    /// <summary>Moves to the next entry; null at the end.</summary>
    /// <exception cref="FormatException">The stream is not a tar stream, or is damaged.</exception>
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

            VerifyChecksum();
            long size = Octal(_block.AsSpan(124, 12));
            byte type = _block[156];
            if (type is (byte)'g' or (byte)'x' or (byte)'L' or (byte)'K')
            {
                byte[] header = await ReadExtendedHeaderAsync(size, cancellation).ConfigureAwait(false);
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

    /// <summary>Reads further bytes of the entry's content; 0 at its end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        int count = (int)Math.Min(buffer.Length, _rest);
        await stream.ReadExactlyAsync(buffer[..count], cancellation).ConfigureAwait(false);
        _rest -= count;
        return count;
    }

    private async ValueTask<byte[]> ReadExtendedHeaderAsync(long size, CancellationToken cancellation)
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
        byte[] skipped = new byte[Math.Min(count, 64 << 10)];
        while (count > 0)
        {
            int part = (int)Math.Min(count, skipped.Length);
            await stream.ReadExactlyAsync(skipped.AsMemory(0, part), cancellation).ConfigureAwait(false);
            count -= part;
        }
    }

    // The checksum is the sum of the header's bytes, with its own field as spaces.
    private void VerifyChecksum()
    {
        long sum = 0;
        for (int i = 0; i < Block; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : _block[i];
        }

        if (sum != Octal(_block.AsSpan(148, 8)))
        {
            throw new FormatException("a damaged header");
        }
    }

    // Octal digits or, where the first bit is set, a binary big-endian number (GNU tar's base-256 encoding).
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
            value = b is >= (byte)'0' and <= (byte)'7'
                ? (value * 8) + (b - '0')
                : throw new FormatException("a number with invalid digits");
        }

        return value;
    }

    private byte[] Name()
    {
        ReadOnlySpan<byte> name = UntilNul(_block.AsSpan(0, 100));
        ReadOnlySpan<byte> prefix = _block.AsSpan(257, 5).SequenceEqual("ustar"u8) ? UntilNul(_block.AsSpan(345, 155)) : default;
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private static ReadOnlySpan<byte> UntilNul(ReadOnlySpan<byte> field) =>
        field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    // The records of a pax header: length SP key = value LF, where the length counts the whole record, in decimal.
    private static byte[]? Value(ReadOnlySpan<byte> header, string key)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(key + "=");
        byte[]? found = null;
        while (header.IndexOf((byte)' ') is > 0 and var space)
        {
            if (!int.TryParse(header[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1 || length > header.Length)
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
