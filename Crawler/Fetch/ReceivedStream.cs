namespace DataForge.Crawler.Fetch;

/// <summary>A body as it is received: buffered, its bytes counted against a repository's quota, given up where nothing comes for long.</summary>
internal sealed class ReceivedStream(Stream inner, FetchQuota quota, TimeSpan idleLimit, TimeProvider time) : ForwardStream
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

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
