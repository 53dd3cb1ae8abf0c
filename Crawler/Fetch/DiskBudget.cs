namespace DataForge.Crawler.Fetch;

/// <summary>
/// Bounds what fetched repositories take on disk before they are written: beyond the limit only the repository that is to be written
/// next may go on, so that there is always one that does.
/// </summary>
internal sealed class DiskBudget(long limit)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, long> _bytes = [];
    private long _used;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds a repository, by its place in the order.</summary>
    public void Enter(long place)
    {
        lock (_lock)
        {
            _bytes.Add(place, 0);
        }
    }

    /// <summary>Waits until it may fetch.</summary>
    public async Task WaitAsync(long place, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_used < limit || _bytes.First().Key == place)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>States what it takes now.</summary>
    public void Set(long place, long bytes)
    {
        lock (_lock)
        {
            _used += bytes - _bytes[place];
            _bytes[place] = bytes;
            Wake();
        }
    }

    /// <summary>It is written, and takes nothing any more.</summary>
    public void Leave(long place)
    {
        lock (_lock)
        {
            _used -= _bytes.Remove(place, out long bytes) ? bytes : 0;
            Wake();
        }
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
