using System.IO.Compression;

namespace DataForge.Corpus;

/// <summary>
/// Unpacks a gzip file, and fails where the file is cut off at any byte. .NET's own stream takes the end of its input for the end of the
/// data. So one more member follows the input here, and its text must be the last thing that is unpacked: where the input is cut off,
/// that member is taken for the rest of what is missing, which gives an error or other text.
/// </summary>
public sealed class WholeGzipStream : ReadOnlyStream
{
    private static readonly byte[] Mark = [.. Enumerable.Repeat("the end of the file "u8.ToArray(), 4).SelectMany(static text => text)];
    private static readonly byte[] PackedMark = Pack(Mark);

    private readonly GZipStream _gzip;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    private readonly string _name;
    private long _unpacked;

    /// <summary>Begins to unpack.</summary>
    /// <param name="packed">The packed bytes; disposed with this stream.</param>
    /// <param name="name">The file's name, for messages.</param>
    public WholeGzipStream(Stream packed, string name)
    {
        _name = name;
        _gzip = new GZipStream(new InputAndMark(packed), CompressionMode.Decompress);
    }

    /// <summary>Opens a file to read it, and unpacks it where its name ends in <c>.gz</c>.</summary>
    public static Stream OpenRead(string path)
    {
        FileStream file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new WholeGzipStream(file, path) : file;
    }

    /// <inheritdoc/>
    /// <exception cref="DataForgeException">The input is no gzip file, is damaged, or is cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        // The last bytes are held back, since they may be the mark.
        while (!_isAtEnd && _end - _start <= Mark.Length)
        {
            Fill();
        }

        int count = Math.Min(buffer.Length, _end - _start - Mark.Length);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int read;
        try
        {
            read = _gzip.Read(_buffer.AsSpan(_end));
        }
        catch (InvalidDataException e)
        {
            throw Fault(e);
        }

        _end += read;
        _unpacked += read;
        _isAtEnd = read == 0;
        if (_isAtEnd && !_buffer.AsSpan(0, _end).SequenceEqual(Mark))
        {
            throw Fault(null);
        }
    }

    private DataForgeException Fault(Exception? inner) => new(
        $"{_name} is not a complete gzip file (damaged, cut off, or followed by other bytes, after about {_unpacked} unpacked bytes): "
        + "get it again, then run the same command again.",
        inner: inner);

    private static byte[] Pack(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(text);
        }

        return packed.ToArray();
    }

    // The input, and behind it the packed mark. An input without a byte is no gzip file.
    private sealed class InputAndMark(Stream input) : ReadOnlyStream
    {
        private bool _hasBytes;
        private int _given = -1;

        /// <inheritdoc/>
        public override int Read(Span<byte> buffer)
        {
            if (_given < 0)
            {
                int read = input.Read(buffer);
                if (read > 0)
                {
                    _hasBytes = true;
                    return read;
                }

                _given = _hasBytes ? 0 : throw new InvalidDataException("the file is empty");
            }

            int count = Math.Min(buffer.Length, PackedMark.Length - _given);
            PackedMark.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }

        /// <inheritdoc/>
        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
