using System.Collections.Concurrent;

namespace DataForge.Evaluation.Sandbox;

/// <summary>
/// A thread that runs blocking calls one after the other. Code that awaits a call continues on this thread. With threads of the pool, two
/// would take part in each exchange with a worker, and each spins for a while before it sleeps, which costs more than the exchange itself.
/// </summary>
internal sealed class BlockingThread : IDisposable
{
    private readonly BlockingCollection<Action> _calls = [];

    /// <summary>Starts the thread.</summary>
    public BlockingThread(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    /// <summary>Runs a call on the thread.</summary>
    public Task<T> RunAsync<T>(Func<T> call)
    {
        var task = new Task<T>(call);
        _calls.Add(task.RunSynchronously);
        return task;
    }

    /// <summary>Lets the thread end after the calls that it has.</summary>
    public void Dispose() => _calls.CompleteAdding();

    private void Run()
    {
        foreach (Action call in _calls.GetConsumingEnumerable())
        {
            call();
        }
    }
}
