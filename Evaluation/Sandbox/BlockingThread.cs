using System.Collections.Concurrent;

namespace DataForge.Evaluation.Sandbox;

/// <summary>
/// A thread that runs blocking calls one after the other. Whoever awaits a call goes on on this thread: threads of the pool, of which two
/// would take part in each exchange with a worker, spin for a while before they sleep, which costs more than the exchange itself.
/// </summary>
internal sealed class BlockingThread : IDisposable
{
    private readonly BlockingCollection<Action> _calls = [];

    /// <summary>Starts the thread.</summary>
    public BlockingThread(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    /// <summary>Runs a call on the thread.</summary>
    public Task<T> RunAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>();
        _calls.Add(() =>
        {
            T result;
            try
            {
                result = call();
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
                return;
            }
            catch (Exception e)
            {
                done.SetException(e);
                return;
            }

            done.SetResult(result);
        });
        return done.Task;
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
