namespace DataForge.Pretrain.Stages;

/// <summary>Reads the lines of a stream as bytes, in bounded memory: of a line longer than the limit only the fact is reported.</summary>
/// <param name="stream">UTF-8 text; disposed with the reader.</param>
/// <param name="limit">The longest line that is read, in bytes.</param>
internal sealed class BoundedLineReader(Stream stream, int limit) : IDisposable
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start; // of the line that is being read
    private int _end;   // of the bytes in the buffer
    private bool _isAtEnd;

    /// <summary>Reads the next line, without its line feed; it is valid until the next call.</summary>
    /// <param name="line">The line; empty if it is too long.</param>
    /// <param name="isTooLong">Whether the line is longer than the limit.</param>
    /// <returns>False at the end of the stream.</returns>
    public bool TryReadLine(out ReadOnlyMemory<byte> line, out bool isTooLong)
    {
        isTooLong = false;
        int searched = _start;
        while (true)
        {
            int newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0 || (_isAtEnd && (_end > _start || isTooLong)))
            {
                int stop = newline >= 0 ? searched + newline : _end;
                line = isTooLong ? default : _buffer.AsMemory(_start, stop - _start);
                _start = newline >= 0 ? stop + 1 : _end;
                return true;
            }

            if (_isAtEnd)
            {
                line = default;
                return false;
            }

            if (_end - _start > limit)
            {
                isTooLong = true;
                _start = _end; // the rest of the line is skipped as it is read
            }

            int read = Fill();
            searched = _end - read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>Reads more bytes after those in the buffer; returns how many.</summary>
    private int Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _isAtEnd = read == 0;
        _end += read;
        return read;
    }
}
