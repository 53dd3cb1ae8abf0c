using System.Collections.Concurrent;
using DataForge.Testing;

namespace DataForge.Service.Tests.Hosting;

/// <summary>Looks, many times a second, whether builds of several instances live at the same time.</summary>
internal sealed class BuildWatch : IDisposable
{
    private readonly IReadOnlyList<ServeProcess> _instances;
    private readonly HashSet<int> _builds = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public BuildWatch(IReadOnlyList<ServeProcess> instances)
    {
        _instances = instances;
        _watching = Task.Factory.StartNew(Watch, _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Builds that lived at the same time.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>How often it looked.</summary>
    public int Looks { get; private set; }

    public void Dispose()
    {
        _stop.Cancel();
        _watching.Wait();
        _stop.Dispose();
    }

    // A build outlives an instance that was killed by a moment; it counts.
    private void Watch()
    {
        while (!_stop.Token.WaitHandle.WaitOne(30))
        {
            foreach (ServeProcess instance in _instances)
            {
                _builds.UnionWith(instance.Builds);
            }

            // One build may begin between two looks at another that has ended: only those that live at the end count.
            _builds.RemoveWhere(build => !ChildProcesses.Lives(build));
            if (_builds.Count(build => ChildProcesses.Lives(build)) > 1)
            {
                Faults.Enqueue($"builds {string.Join(", ", _builds)} at the same time");
            }

            Looks++;
        }
    }
}
