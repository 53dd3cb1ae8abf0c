using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>
/// Writes a spool file, whose records can be read again by their offsets: length of the path (4 bytes), size of the content (8 bytes), the
/// path in UTF-8, and the content unless it is too large to be stored. The size of a null is −1. Little-endian; read
/// only by the process that wrote it.
/// </summary>
internal sealed class SpoolWriter(string path) : IDisposable
{
    internal const int HeaderBytes = 12;

    private readonly FileStream _stream = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 1 << 20);
    private byte[] _record = new byte[1 << 16];

    /// <summary>The offset of the next record, in bytes.</summary>
    public long Offset { get; private set; }

    /// <summary>Appends a record, without its content where that is null or too large to be stored.</summary>
    /// <returns>The record's bytes, valid until the next call.</returns>
    public ReadOnlySpan<byte> Append(string path, ReadOnlySpan<byte> content, bool isNull, CrawlOptions options)
    {
        int max = Listing.MaxBytes(FileKinds.Of(path) ?? Corpus.FileKind.Python, options);
        byte[] name = Encoding.UTF8.GetBytes(path);
        bool hasContent = content.Length < max;
        int length = HeaderBytes + name.Length + (hasContent ? content.Length : 0);
        if (_record.Length < length)
        {
            _record = new byte[Math.Max(length, 2 * _record.Length)];
        }

        BinaryPrimitives.WriteInt32LittleEndian(_record, name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(4), isNull ? -1 : content.Length);
        name.CopyTo(_record, HeaderBytes);
        (hasContent ? content : default).CopyTo(_record.AsSpan(HeaderBytes + name.Length));
        _stream.Write(_record, 0, length);
        Offset += length;
        return _record.AsSpan(0, length);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}

/// <summary>Reads what <see cref="SpoolWriter"/> wrote.</summary>
internal sealed class SpoolFormat : IRowFormat
{
    /// <inheritdoc/>
    public (string Path, long Size) Describe(ReadOnlySpan<byte> record)
    {
        // A path that is cut off here is longer than a path may be, so it is a fault anyway.
        int length = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(record), record.Length - SpoolWriter.HeaderBytes);
        string path = Encoding.UTF8.GetString(record.Slice(SpoolWriter.HeaderBytes, length));
        return (path, BinaryPrimitives.ReadInt64LittleEndian(record[4..]));
    }

    /// <inheritdoc/>
    public int DescriptionBytes => SpoolWriter.HeaderBytes + PathText.MaxBytes + 4;

    /// <inheritdoc/>
    public ReadFile Content(ReadOnlySpan<byte> record, int max)
    {
        if (BinaryPrimitives.ReadInt64LittleEndian(record[4..]) < 0)
        {
            return ReadFile.Faulty(Corpus.RuleNames.Unreadable, Row.NullContent);
        }

        ReadOnlySpan<byte> content = record[(SpoolWriter.HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(record))..];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, content.Length));
        content.CopyTo(buffer);
        return new ReadFile(buffer, content.Length, content.Length);
    }
}
