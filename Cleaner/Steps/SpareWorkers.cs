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

    /// <summary>Does something for each number from 0 on: this thread does, and free workers help. Any order, any thread.</summary>
    /// <typeparam name="TTool">What a thread works with.</typeparam>
    /// <param name="count">How many numbers.</param>
    /// <param name="create">Creates what a thread works with.</param>
    /// <param name="work">Does it for a number.</param>
    /// <param name="cancellation">Cancels.</param>
    public void ForEach<TTool>(int count, Func<TTool> create, Action<TTool, int> work, CancellationToken cancellation)
    {
        int next = 0;
        List<Task> helpers = [];
        try
        {
            Work(helps: false);
        }
        finally
        {
            // After an error nobody begins another, and nobody is left at work.
            Volatile.Write(ref next, count);
            Task.WhenAll(helpers).ContinueWith(static _ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }

        Task.WhenAll(helpers).GetAwaiter().GetResult();

        void Help()
        {
            try
            {
                Work(helps: true);
            }
            finally
            {
                End();
            }
        }

        void Work(bool helps)
        {
            TTool tool = create();
            while (!(helps && AreTooMany))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!helps && Volatile.Read(ref next) < count - 1 && TryBegin())
                {
                    helpers.Add(Task.Run(Help, CancellationToken.None));
                }

                int number = Interlocked.Increment(ref next) - 1;
                if (number >= count)
                {
                    return;
                }

                work(tool, number);
            }
        }
    }
}
