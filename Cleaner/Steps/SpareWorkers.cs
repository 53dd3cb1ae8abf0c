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

    /// <summary>A worker computes a part.</summary>
    /// <param name="compute">Computes it.</param>
    public void RunPart(Action compute)
    {
        Begin();
        try
        {
            compute();
        }
        finally
        {
            End();
        }
    }

    /// <summary>A worker helps on another thread, if one is free.</summary>
    /// <param name="help">Does what there is to help with. It should end where there are too many.</param>
    /// <returns>The helper at work; null if none is free.</returns>
    public Task? TryHelp(Action help) => !TryBegin() ? null : Task.Run(
        () =>
        {
            try
            {
                help();
            }
            finally
            {
                End();
            }
        },
        CancellationToken.None);

    /// <summary>Waits until all helpers have ended, with or without an error.</summary>
    /// <param name="helpers">The helpers.</param>
    public static void WaitFor(List<Task> helpers) =>
        Task.WhenAll(helpers).ContinueWith(static _ => { }, TaskScheduler.Default).Wait(CancellationToken.None);

    /// <summary>Does something for each number from 0 on: this thread does, and free workers help. Any order, any thread.</summary>
    /// <typeparam name="TTool">What a thread works with.</typeparam>
    /// <param name="count">How many numbers.</param>
    /// <param name="own">What this thread works with.</param>
    /// <param name="create">Creates what a helper works with.</param>
    /// <param name="work">Does it for a number.</param>
    /// <param name="cancellation">Cancels.</param>
    public void ForEach<TTool>(int count, TTool own, Func<TTool> create, Action<TTool, int> work, CancellationToken cancellation)
    {
        int next = 0;
        List<Task> helpers = [];
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (Volatile.Read(ref next) < count - 1 && TryHelp(Help) is { } helper)
                {
                    helpers.Add(helper);
                }

                if (!TryWork(own))
                {
                    break;
                }
            }
        }
        finally
        {
            // After an error of this thread no helper begins another number, and none is left at work.
            Volatile.Write(ref next, count);
            WaitFor(helpers);
        }

        Task.WhenAll(helpers).GetAwaiter().GetResult();

        void Help()
        {
            TTool tool = create();
            while (!AreTooMany && !cancellation.IsCancellationRequested && TryWork(tool))
            {
            }
        }

        // Does it for the next number; false if none is left.
        bool TryWork(TTool tool)
        {
            int number = Interlocked.Increment(ref next) - 1;
            if (number >= count)
            {
                return false;
            }

            work(tool, number);
            return true;
        }
    }
}
