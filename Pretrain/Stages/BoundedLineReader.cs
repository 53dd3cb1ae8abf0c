namespace DataForge.Pretrain.Stages;

/// <summary>The lines of a stream as bytes, in memory that is bounded: a line longer than the limit is passed over, and told.</summary>
internal sealed class BoundedLineReader(Stream stream, int limit) : IDisposable
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>The next line, without its end; valid until the next call.</summary>
    public bool TryReadLine(out ReadOnlyMemory<byte> line, out bool tooLong)
    {
        tooLong = false;
        int searched = _start;
        while (true)
        {
            int newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0 || (_atEnd && (_end > _start || tooLong)))
            {
                int stop = newline >= 0 ? searched + newline : _end;
                line = tooLong ? default : _buffer.AsMemory(_start, stop - _start);
                _start = newline >= 0 ? stop + 1 : _end;
                return true;
            }

            if (_atEnd)
            {
                line = default;
                return false;
            }

            if (_end - _start > limit)
            {
                tooLong = true;
                _start = _end; // its rest is passed over as it comes
            }

            int read = Fill();
            searched = _end - read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>Reads more behind what is held; gives how much.</summary>
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
        _atEnd = read == 0;
        _end += read;
        return read;
    }
}
