using System.Data;
using System.Data.Common;
using DataForge.Corpus;
using Polly;
using Polly.Retry;

namespace DataForge.Crawler.Storage;

/// <summary>
/// What becomes of an operation whose connection breaks: the server was restarted, ended the session, or cannot be reached. The connection
/// is taken up again, some times with pauses between, and the operation done again as a whole; each is made so that twice is as once, also
/// where it was committed and the answer lost. One is not by itself: the commit of a part, which has a number to be recognised by
/// (<see cref="CommitPart"/>).
/// <para>What was held goes with the connection. Leases are given up, and what was done under them may be done twice. The writer's role is
/// taken again if nobody had it meanwhile; if somebody did, this crawler ends with that.</para>
/// </summary>
internal sealed partial class Catalog
{
    /// <summary>How often a connection is tried again by default: for a minute and a half, or longer where each try takes time.</summary>
    public const int Reconnections = 12;

    // An operation that breaks the connection each time may be what breaks it.
    private const int Repetitions = 5;

    private readonly ResiliencePipeline? _reconnection;

    // Whether an operation is under way, which others are part of. What ended the catalog's work for good; then nothing is tried any more.
    private bool _isUnderWay;
    private Exception? _end;

    /// <summary>Told when a connection was lost and taken up again, with why it was lost; on the thread of the operation.</summary>
    public Action<string> Reconnected { get; set; } = static _ => { };

    /// <summary>Whether there is no connection, and none will be.</summary>
    private bool IsOver => _end is not null || _database.Connection.State != ConnectionState.Open;

    private static ResiliencePipeline? Reconnection(CatalogDatabase database, TimeProvider time, int tries) => tries == 0 || !database.CanReconnect
        ? null
        : new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is { } fault && database.IsPassing(fault)),
            MaxRetryAttempts = tries,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(15),
        }).Build();

    // Does something, and again as long as the connection breaks meanwhile. The operation is told whether it may have been done already.
    private T Do<T>(Func<bool, T> operation)
    {
        lock (_lock)
        {
            if (_isUnderWay || _reconnection is null)
            {
                return operation(false);
            }

            _isUnderWay = true;
            try
            {
                for (int times = 1; ; times++)
                {
                    ThrowIfEnded();
                    try
                    {
                        return operation(times > 1);
                    }
                    catch (Exception e) when (times < Repetitions && IsLost(e))
                    {
                        Reconnect(e);
                    }
                }
            }
            finally
            {
                _isUnderWay = false;
            }
        }
    }

    private T Do<T>(Func<T> operation) => Do(_ => operation());

    // The same with one transaction around it.
    private T Change<T>(bool isDurable, Func<T> change) => Do(() =>
    {
        using DbTransaction transaction = _database.Begin(isDurable);
        T result = change();
        transaction.Commit();
        return result;
    });

    private void Change(bool isDurable, Action change) => Change(isDurable, () =>
    {
        change();
        return true;
    });

    // A provider tells of a lost connection in many ways. A fault of the caller's, should it come at the same time, comes again.
    private bool IsLost(Exception fault) => _database.Connection.State != ConnectionState.Open && fault is not (OperationCanceledException or DataForgeException);

    private void ThrowIfEnded()
    {
        if (_end is DataForgeException taken)
        {
            throw new DataForgeException(taken.Message, inner: taken);
        }

        if (_end is not null)
        {
            throw new ConnectionLostException(_end.Message, _end);
        }
    }

    private void Reconnect(Exception fault)
    {
        try
        {
            _reconnection!.Execute(() =>
            {
                _database.Reconnect();
                _findContent.Dispose();
                _findContent = Command(FindContentSql, ("$id", Array.Empty<byte>()));
                Reclaim();
            });
        }
        catch (DataForgeException e)
        {
            _end = e;
            throw;
        }
        catch (Exception e)
        {
            _end = new ConnectionLostException($"its connection broke and could not be taken up again: {e.Message.Split('\n')[0]}", e);
            throw _end;
        }

        Reconnected(fault.Message);
    }

    // The worker keeps its number, which others know it by, and nothing else that they may have taken for free.
    private void Reclaim()
    {
        if (_worker is not { } worker)
        {
            return;
        }

        _database.HoldWorker(worker);
        using DbTransaction transaction = _database.Begin(isDurable: true);
        _database.RestoreWorker(worker, WorkerName);
        ReleaseLeases(worker);
        bool isTaken = _writerEpoch is { } epoch && Execute(
            """
            UPDATE writers SET worker = $w, leased_until = $u WHERE name = $n AND epoch = $e AND (worker IS NULL OR worker = $w)
            """,
            ("$w", worker), ("$u", Until(_writerLease)), ("$n", RawWriter), ("$e", epoch)) == 0;
        transaction.Commit();
        if (isTaken)
        {
            throw Replaced();
        }
    }
}
