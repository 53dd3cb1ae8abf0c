namespace DataForge.Cleaner.Steps;

/// <summary>
/// How many workers of the stage are busy. Where fewer parts are left than there are workers, the others help with them. Thread-safe.
/// </summary>
/// <param name="workers">Workers of the stage.</param>
internal sealed class SpareWorkers(int workers)
{
    private int _busy;

    /// <summary>Whether more are busy than there are workers: one began a part while others helped.</summary>
    public bool AreTooMany => Volatile.Read(ref _busy) > workers;

    /// <summary>A worker begins a part.</summary>
    public void Begin() => Interlocked.Increment(ref _busy);

    /// <summary>A worker begins to help, if one is free.</summary>
    /// <returns>Whether one is.</returns>
    public bool TryBegin()
    {
        int busy = Volatile.Read(ref _busy);
        while (busy < workers)
        {
            int before = Interlocked.CompareExchange(ref _busy, busy + 1, busy);
            if (before == busy)
            {
                return true;
            }

            busy = before;
        }

        return false;
    }

    /// <summary>A worker ends what it began.</summary>
    public void End() => Interlocked.Decrement(ref _busy);
}
