using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Writes scalars to a TensorBoard event file: TFRecords (length and content, each with a masked CRC-32C;
/// https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details), each an <c>Event</c> of TensorFlow's event.proto
/// (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto). A record is complete in the file once its call
/// returns.
/// </summary>
public sealed class TensorBoardWriter : IDisposable
{
    // Wire types of Protocol Buffers: https://protobuf.dev/programming-guides/encoding/#structure.
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _value = new byte[512];
    private readonly TimeProvider _clock;

    /// <summary>Creates a file <c>events.out.tfevents.TIME.NAME</c> in the folder.</summary>
    /// <param name="folder">The folder; created if absent.</param>
    /// <param name="name">The end of the file's name.</param>
    /// <param name="firstStep">From this step on, earlier files of the folder are superseded: a resumed run repeats some steps.</param>
    /// <param name="clock">The clock for the events' times.</param>
    public TensorBoardWriter(string folder, string name, long firstStep, TimeProvider clock)
    {
        _clock = clock;
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"events.out.tfevents.{clock.GetUtcNow().ToUnixTimeSeconds():D10}.{name}");
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Span<byte> version = _value;
        WriteEvent(0, 3, version[..Encoding.UTF8.GetBytes("brain.Event:2", version)]);
        WriteEvent(firstStep, 7, [Tag(1, Varint), 1]); // session_log { status: START }
    }

    /// <summary>Writes one scalar, without allocating.</summary>
    /// <exception cref="ArgumentException">The tag is longer than 200 bytes.</exception>
    public void Scalar(string tag, long step, double number)
    {
        // Summary { value { tag; simple_value } }
        Span<byte> inner = _value.AsSpan(8);
        int length = Encoding.UTF8.GetByteCount(tag);
        if (length > 200)
        {
            throw new ArgumentException($"the tag {tag} is longer than 200 bytes");
        }

        int at = 0;
        inner[at++] = Tag(1, LengthDelimited);
        at += WriteVarint(inner[at..], (ulong)length);
        at += Encoding.UTF8.GetBytes(tag, inner[at..]);
        inner[at++] = Tag(2, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(inner[at..], (float)number);
        at += 4;
        Span<byte> summary = stackalloc byte[512];
        summary[0] = Tag(1, LengthDelimited);
        int head = 1 + WriteVarint(summary[1..], (ulong)at);
        inner[..at].CopyTo(summary[head..]);
        WriteEvent(step, 5, summary[..(head + at)]);
    }

    /// <summary>The masked CRC-32C (RFC 3720) of TFRecord: rotated right by 15 bits, plus a constant.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Event { wall_time = 1; step = 2; then one field of bytes }
    private void WriteEvent(long step, int field, ReadOnlySpan<byte> content)
    {
        const int Head = 12; // length and its checksum
        Span<byte> data = _buffer.AsSpan(Head);
        int at = 0;
        data[at++] = Tag(1, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(data[at..], (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);
        at += 8;
        data[at++] = Tag(2, Varint);
        at += WriteVarint(data[at..], (ulong)step);
        data[at++] = Tag(field, LengthDelimited);
        at += WriteVarint(data[at..], (ulong)content.Length);
        content.CopyTo(data[at..]);
        at += content.Length;

        BinaryPrimitives.WriteUInt64LittleEndian(_buffer, (ulong)at);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(8), MaskedCrc(_buffer.AsSpan(0, 8)));
        BinaryPrimitives.WriteUInt32LittleEndian(data[at..], MaskedCrc(data[..at]));
        _file.Write(_buffer.AsSpan(0, Head + at + 4));
    }

    private static byte Tag(int field, int wireType) => (byte)((field << 3) | wireType);

    private static int WriteVarint(Span<byte> into, ulong number)
    {
        int at = 0;
        while (number >= 0x80)
        {
            into[at++] = (byte)(number | 0x80);
            number >>= 7;
        }

        into[at++] = (byte)number;
        return at;
    }
}
