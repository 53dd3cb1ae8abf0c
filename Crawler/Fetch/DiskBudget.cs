namespace DataForge.Crawler.Fetch;

/// <summary>
/// Bounds the disk space of fetched repositories until they are written. Beyond the limit only the repository that is written next may
/// continue, so there is always one that does.
/// </summary>
/// <param name="limit">Bytes.</param>
internal sealed class DiskBudget(long limit)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, long> _bytes = [];
    private long _used;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds a repository by its position in the order.</summary>
    public void Enter(long position)
    {
        lock (_lock)
        {
            _bytes.Add(position, 0);
        }
    }

    /// <summary>Waits until a repository may fetch.</summary>
    public async Task WaitAsync(long position, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_used < limit || _bytes.First().Key == position)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sets how many bytes a repository takes.</summary>
    public void Set(long position, long bytes)
    {
        lock (_lock)
        {
            _used += bytes - _bytes[position];
            _bytes[position] = bytes;
            Wake();
        }
    }

    /// <summary>Removes a repository that is written and takes no space any more.</summary>
    public void Leave(long position)
    {
        lock (_lock)
        {
            _used -= _bytes.Remove(position, out long bytes) ? bytes : 0;
            Wake();
        }
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
