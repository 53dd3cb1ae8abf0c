namespace DataForge.Crawler.Fetch;

/// <summary>
/// The body of a response: buffered, its bytes counted against a repository's quota, with a timeout for each read.
/// </summary>
/// <param name="inner">The body.</param>
/// <param name="quota">The repository's quota.</param>
/// <param name="idleLimit">How long a read may wait for bytes.</param>
/// <param name="time">The clock.</param>
internal sealed class ReceivedStream(Stream inner, FetchQuota quota, TimeSpan idleLimit, TimeProvider time) : ForwardStream
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <exception cref="TimeoutException">No bytes arrived in time.</exception>
    /// <exception cref="FetchException">The quota is exceeded.</exception>
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
