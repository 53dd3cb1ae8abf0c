using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace DataForge.Inspection.Dashboard;

/// <summary>
/// Tells listeners when a run changed. Each run is looked at once a second however many listen, and not at all where nobody does.
/// Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RunChanges(TimeProvider time)
{
    /// <summary>The most listeners at a time; others get no changes.</summary>
    public const int MostListeners = 256;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();

    // Run folder → the listeners; an entry as long as its poller runs.
    private readonly Dictionary<string, List<Channel<bool>>> _listeners = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>An item for each change of a run, from now on. Changes that come while the listener is busy are one.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="cancellation">Ends the changes.</param>
    public async IAsyncEnumerable<bool> Watch(string runFolder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Channel<bool> channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        if (!Add(runFolder, channel))
        {
            yield break;
        }

        try
        {
            await foreach (bool change in channel.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            Remove(runFolder, channel);
        }
    }

    private bool Add(string runFolder, Channel<bool> channel)
    {
        lock (_lock)
        {
            if (_count == MostListeners)
            {
                return false;
            }

            _count++;
            if (!_listeners.TryGetValue(runFolder, out List<Channel<bool>>? listeners))
            {
                _listeners[runFolder] = listeners = [];
                _ = Task.Run(() => PollAsync(runFolder));
            }

            listeners.Add(channel);
            return true;
        }
    }

    private void Remove(string runFolder, Channel<bool> channel)
    {
        lock (_lock)
        {
            _count--;
            _listeners[runFolder].Remove(channel);
        }
    }

    private async Task PollAsync(string runFolder)
    {
        string last = StampOf(runFolder, "");
        while (true)
        {
            await Task.Delay(Interval, time).ConfigureAwait(false);
            string stamp = StampOf(runFolder, last);
            lock (_lock)
            {
                List<Channel<bool>> listeners = _listeners[runFolder];
                if (listeners.Count == 0)
                {
                    _listeners.Remove(runFolder);
                    return;
                }

                if (stamp != last)
                {
                    listeners.ForEach(static channel => channel.Writer.TryWrite(true));
                }
            }

            last = stamp;
        }
    }

    // A run that is being copied or removed is looked at again a second later.
    private static string StampOf(string runFolder, string otherwise)
    {
        try
        {
            return RunStamp.Of(runFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
