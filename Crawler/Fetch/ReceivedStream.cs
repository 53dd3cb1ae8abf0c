namespace DataForge.Crawler.Fetch;

/// <summary>A body as it is received: buffered, its bytes counted against a repository's quota, given up where nothing comes for long.</summary>
internal sealed class ReceivedStream(Stream inner, FetchQuota quota, TimeSpan idleLimit, TimeProvider time) : Stream
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="TimeoutException">Nothing came for long.</exception>
    /// <exception cref="FetchException">Too much came.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            _start = 0;
            _end = await FillAsync(cancellationToken).ConfigureAwait(false);
            quota.Receive(_end);
        }

        int count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask<int> FillAsync(CancellationToken cancellation)
    {
        ValueTask<int> read = inner.ReadAsync(_buffer, cancellation);
        if (read.IsCompleted)
        {
            return await read.ConfigureAwait(false);
        }

        return await read.AsTask().WaitAsync(idleLimit, time, cancellation).ConfigureAwait(false);
    }
}
