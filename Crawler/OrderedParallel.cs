using System.Runtime.CompilerServices;

namespace DataForge.Crawler;

/// <summary>Work side by side whose results come in order.</summary>
internal static class OrderedParallel
{
    /// <summary>
    /// Maps items on the thread pool, at most <paramref name="ahead"/> at a time begun and not yet taken, and yields the results in the
    /// items' order. Items are drawn only as results are taken, so memory is bounded by <paramref name="ahead"/>. Where the caller stops
    /// early, what was begun is cancelled and awaited, and results nobody takes go to <paramref name="discard"/>.
    /// </summary>
    public static async IAsyncEnumerable<TResult> MapAsync<T, TResult>(
        IAsyncEnumerable<T> items, int ahead, Func<T, CancellationToken, ValueTask<TResult>> map, Action<TResult> discard,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        CancellationToken token = stop.Token;
        var begun = new Queue<Task<TResult>>();
        try
        {
            await foreach (T item in items.WithCancellation(token).ConfigureAwait(false))
            {
                begun.Enqueue(Task.Run(async () => await map(item, token).ConfigureAwait(false), token));
                if (begun.Count >= ahead)
                {
                    yield return await begun.Dequeue().ConfigureAwait(false);
                }
            }

            while (begun.TryDequeue(out Task<TResult>? next))
            {
                yield return await next.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (Task<TResult> task in begun)
            {
                // The fault that ended the loop is the one to report; these only have to be over.
                await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (task.IsCompletedSuccessfully)
                {
                    discard(task.Result);
                }
            }
        }
    }
}
