using System.Runtime.CompilerServices;

namespace DataForge.Crawler;

/// <summary>Maps a sequence in parallel, with the results in order.</summary>
internal static class OrderedParallel
{
    /// <summary>Maps items on the thread pool and yields the results in the items' order.</summary>
    /// <param name="items">The items; drawn only as results are taken, so <paramref name="ahead"/> bounds the memory.</param>
    /// <param name="ahead">The maximum number of items that are mapped and whose results are not taken yet.</param>
    /// <param name="map">Maps one item; called from several threads.</param>
    /// <param name="discard">
    /// Gets the results that nobody takes because the caller stops early; what was started is cancelled and awaited then.
    /// </param>
    /// <param name="cancellation">Cancels all of it.</param>
    public static async IAsyncEnumerable<TResult> MapAsync<T, TResult>(
        IAsyncEnumerable<T> items, int ahead, Func<T, CancellationToken, ValueTask<TResult>> map, Action<TResult> discard,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        CancellationToken token = stop.Token;
        var started = new Queue<Task<TResult>>();
        try
        {
            await foreach (T item in items.WithCancellation(token).ConfigureAwait(false))
            {
                started.Enqueue(Task.Run(async () => await map(item, token).ConfigureAwait(false), token));
                if (started.Count >= ahead)
                {
                    yield return await started.Dequeue().ConfigureAwait(false);
                }
            }

            while (started.TryDequeue(out Task<TResult>? next))
            {
                yield return await next.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (Task<TResult> task in started)
            {
                // The exception that ended the loop is reported; these tasks only have to end.
                await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (task.IsCompletedSuccessfully)
                {
                    discard(task.Result);
                }
            }
        }
    }
}
