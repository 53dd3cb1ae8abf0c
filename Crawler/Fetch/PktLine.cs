using System.Buffers;
using System.Globalization;
using System.Text;

namespace DataForge.Crawler.Fetch;

/// <summary>The kind of a packet of git's wire format.</summary>
internal enum PktKind
{
    /// <summary>A line, or a piece of a stream.</summary>
    Data,

    /// <summary><c>0000</c>: the end of a message.</summary>
    Flush,

    /// <summary><c>0001</c>: the end of a section.</summary>
    Delimiter,

    /// <summary><c>0002</c>: the end of a response.</summary>
    ResponseEnd,

    /// <summary>The stream has ended.</summary>
    End,
}

/// <summary>
/// Writes git's packet lines: a length of four hexadecimal digits, which counts these four bytes too, and the payload
/// (https://git-scm.com/docs/protocol-common#_pkt_line_format).
/// </summary>
internal static class PktLine
{
    /// <summary>The longest packet in bytes, its length included: git's LARGE_PACKET_MAX.</summary>
    public const int MaxLength = 65520;

    /// <summary>Appends a line; a newline is added.</summary>
    public static void Line(IBufferWriter<byte> to, string text) =>
        to.Write(Encoding.UTF8.GetBytes((Encoding.UTF8.GetByteCount(text) + 5).ToString("x4", CultureInfo.InvariantCulture) + text + "\n"));

    /// <summary>Appends the end of a section.</summary>
    public static void Delimiter(IBufferWriter<byte> to) => to.Write("0001"u8);

    /// <summary>Appends the end of the message.</summary>
    public static void Flush(IBufferWriter<byte> to) => to.Write("0000"u8);
}

/// <summary>Reads packet lines.</summary>
internal sealed class PktReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[PktLine.MaxLength];

    /// <summary>The payload of the last packet; valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>The last packet as a line without its newline.</summary>
    public string Text => Encoding.UTF8.GetString(Data.Span).TrimEnd('\n');

    /// <summary>Reads the next packet.</summary>
    /// <exception cref="FormatException">The stream is not made of packets.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within a packet.</exception>
    public async ValueTask<PktKind> ReadAsync(CancellationToken cancellation)
    {
        int got = await stream.ReadAtLeastAsync(_buffer.AsMemory(0, 4), 4, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (got < 4)
        {
            return got == 0 ? PktKind.End : throw new EndOfStreamException("the answer ends within a packet");
        }

        if (!int.TryParse(_buffer.AsSpan(0, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int length)
            || length is 3 or > PktLine.MaxLength)
        {
            throw new FormatException("the answer is not of git's packets");
        }

        Data = default;
        if (length < 3)
        {
            return length == 0 ? PktKind.Flush : length == 1 ? PktKind.Delimiter : PktKind.ResponseEnd;
        }

        await stream.ReadExactlyAsync(_buffer.AsMemory(0, length - 4), cancellation).ConfigureAwait(false);
        Data = _buffer.AsMemory(0, length - 4);
        return PktKind.Data;
    }
}
