using DataForge.Corpus;

namespace DataForge.Crawler.Rows;

/// <summary>
/// Reads a file line by line as bytes, with each line's number and offset. Memory is bounded by the longest line allowed.
/// </summary>
/// <param name="path">The file to read.</param>
/// <param name="name">The file that messages name: the compressed one where <paramref name="path"/> is its unpacked copy.</param>
/// <param name="maxLineBytes">The longest line allowed, in bytes.</param>
internal sealed class LineReader(string path, string name, int maxLineBytes) : IDisposable
{
    private readonly FileStream _stream =
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
    private byte[] _buffer = new byte[1 << 20];
    private int _start;
    private int _end;
    private bool _isAtEnd;
    private long _next;

    /// <summary>The number of the line read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The offset in bytes at which that line begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads a line without its line feed; the span is valid until the next call.</summary>
    /// <exception cref="DataForgeException">The line is too long.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0 || (_isAtEnd && _end > _start))
            {
                int length = feed >= 0 ? searched + feed : _end - _start;
                line = _buffer.AsSpan(_start, length);
                Number++;
                Offset = _next;
                int consumed = length + (feed >= 0 ? 1 : 0);
                _start += consumed;
                _next += consumed;
                return true;
            }

            if (_isAtEnd)
            {
                line = default;
                return false;
            }

            searched = _end - _start;
            if (searched > maxLineBytes)
            {
                throw new DataForgeException(
                    $"{name}, line {Number + 1} (byte {_next}): the line is longer than {maxLineBytes} bytes; "
                    + "mend it, or raise Crawl:MaxLineBytes, and run the same command again.");
            }

            Fill();
        }
    }

    /// <summary>An exception for a fault in the line read last; its message says what to do.</summary>
    public DataForgeException Fault(string why, Exception? inner = null) => new(
        $"{name}, line {Number} (byte {Offset}): {why}; mend or remove that line, then run the same command again.", inner: inner);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, Array.MaxLength));
        }

        int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _isAtEnd = read == 0;
    }
}
