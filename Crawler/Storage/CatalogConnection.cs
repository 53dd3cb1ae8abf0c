using System.Data;
using System.Data.Common;
using DataForge.Corpus;
using Polly;
using Polly.Retry;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The one connection of a catalog. It runs one operation at a time, and repeats an operation whose connection was lost: the server was
/// restarted, ended the session, or could not be reached. The connection is then reopened, with growing pauses between attempts, and the
/// whole operation runs again. So every operation is idempotent, also if its commit succeeded and only the answer was lost. The commit
/// of a part is not idempotent; it has a number by which it is recognised (<see cref="PartStore.Commit"/>).
/// <para>An operation gets a <see cref="CatalogSession"/>, and from it transactions. Code that is part of a larger operation takes the
/// session or the transaction as an argument; it never starts its own operation.</para>
/// <para>What the server held for the session is lost with the connection. Leases are given up, and work done under them may be done
/// twice. The writer's lease is acquired again if no other worker had it in between; otherwise this crawler stops.</para>
/// </summary>
internal sealed class CatalogConnection : IDisposable
{
    /// <summary>
    /// How often a lost connection is retried by default. The pauses of <see cref="Retry"/> add up to 1.5 minutes (0.1 s doubled seven
    /// times, then five times 15 s), which is longer than a restart of a PostgreSQL server takes; attempts that time out add to it.
    /// </summary>
    public const int DefaultReconnections = 12;

    // An operation that loses its connection this often in a row probably causes the loss itself.
    private const int MaxAttempts = 5;

    private readonly Lock _lock = new();
    private readonly CatalogDatabase _database;
    private readonly ResiliencePipeline? _retry;

    // The fault that ended the catalog's use for good; no operation is tried after it.
    private Exception? _permanentFault;

    /// <param name="database">The open database; disposed with this object.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="reconnections">How often a lost connection is retried; 0 never reconnects.</param>
    public CatalogConnection(CatalogDatabase database, TimeProvider time, int reconnections)
    {
        _database = database;
        _retry = reconnections == 0 || !database.CanReconnect ? null : Retry(database, time, reconnections);
    }

    /// <summary>Called when a lost connection was reopened, with the reason of the loss; on the thread of the operation.</summary>
    public Action<string> Reconnected { get; set; } = static _ => { };

    /// <summary>Restores the state that the server held for the lost session; part of reopening, and retried with it.</summary>
    public Action<CatalogSession> SessionRestored { get; set; } = static _ => { };

    /// <summary>Runs before an open connection is closed.</summary>
    public Action<CatalogSession> Closing { get; set; } = static _ => { };

    /// <summary>Whether there is no connection, and there will be none.</summary>
    public bool IsLost
    {
        get
        {
            lock (_lock)
            {
                return _permanentFault is not null || _database.Connection.State != ConnectionState.Open;
            }
        }
    }

    /// <summary>Runs an operation; again from its start where the connection was lost meanwhile.</summary>
    public T Run<T>(Func<CatalogSession, T> operation)
    {
        ThrowIfNested();
        lock (_lock)
        {
            if (_retry is null)
            {
                return operation(new CatalogSession(_database, isRepeated: false));
            }

            for (int attempt = 1; ; attempt++)
            {
                ThrowIfEnded();
                try
                {
                    return operation(new CatalogSession(_database, isRepeated: attempt > 1));
                }
                catch (Exception e) when (attempt < MaxAttempts && IsConnectionLoss(e))
                {
                    Reconnect(e);
                }
            }
        }
    }

    /// <inheritdoc cref="Run{T}(Func{CatalogSession, T})"/>
    public void Run(Action<CatalogSession> operation) => Run(session =>
    {
        operation(session);
        return true;
    });

    /// <summary>Runs an operation that is one transaction.</summary>
    /// <param name="isDurable">Whether the commit waits for the disk (<see cref="CatalogDatabase.Begin"/>).</param>
    /// <param name="change">The statements.</param>
    public T RunInTransaction<T>(bool isDurable, Func<CatalogTransaction, T> change) =>
        Run(session => session.InTransaction(isDurable, change));

    /// <inheritdoc cref="RunInTransaction{T}(bool, Func{CatalogTransaction, T})"/>
    public void RunInTransaction(bool isDurable, Action<CatalogTransaction> change) =>
        Run(session => session.InTransaction(isDurable, change));

    /// <summary>Runs an operation that must not be repeated, such as one that writes to a stream.</summary>
    public void RunOnce(Action<CatalogSession> operation)
    {
        ThrowIfNested();
        lock (_lock)
        {
            operation(new CatalogSession(_database, isRepeated: false));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            try
            {
                if (_database.Connection.State == ConnectionState.Open)
                {
                    Closing(new CatalogSession(_database, isRepeated: false));
                }
            }
            catch (DbException)
            {
                // The server is gone. The operation that found it reported the cause; other workers see that this one has ended.
            }
            finally
            {
                _database.Dispose();
            }
        }
    }

    private static ResiliencePipeline Retry(CatalogDatabase database, TimeProvider time, int reconnections) =>
        new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is { } fault && database.IsTransient(fault)),
            MaxRetryAttempts = reconnections,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(15),
        }).Build();

    // A nested operation would be retried alone, in the middle of the outer one's transaction.
    private void ThrowIfNested()
    {
        if (_lock.IsHeldByCurrentThread)
        {
            throw new InvalidOperationException("An operation is running on this thread: pass its session or transaction on.");
        }
    }

    // Providers report a lost connection by many exceptions. A fault of the caller at the same time will occur again.
    private bool IsConnectionLoss(Exception fault) =>
        _database.Connection.State != ConnectionState.Open && fault is not (OperationCanceledException or DataForgeException);

    private void ThrowIfEnded()
    {
        if (_permanentFault is DataForgeException replaced)
        {
            throw new DataForgeException(replaced.Message, inner: replaced);
        }

        if (_permanentFault is not null)
        {
            throw new ConnectionLostException(_permanentFault.Message, _permanentFault);
        }
    }

    private void Reconnect(Exception fault)
    {
        try
        {
            _retry!.Execute(() =>
            {
                _database.Reconnect();
                SessionRestored(new CatalogSession(_database, isRepeated: true));
            });
        }
        catch (DataForgeException e)
        {
            _permanentFault = e;
            throw;
        }
        catch (Exception e)
        {
            _permanentFault = new ConnectionLostException($"its connection broke and could not be reopened: {e.Message.Split('\n')[0]}", e);
            throw _permanentFault;
        }

        Reconnected(fault.Message);
    }
}
