using System.Data.Common;
using System.Net.Sockets;

namespace DataForge.Service.Ledger;

/// <summary>Where the ledger is kept. Transactions follow each other, also those of several instances.</summary>
internal abstract class LedgerDatabase : IDisposable
{
    /// <summary>The address as messages show it.</summary>
    public abstract string Address { get; }

    /// <summary>
    /// Whether other instances may use it at the same time. Where not, a run that another instance began is known to be interrupted.
    /// </summary>
    public abstract bool IsShared { get; }

    /// <summary>Runs statements that take effect together.</summary>
    /// <exception cref="LedgerException">The database cannot be reached or written.</exception>
    public T InTransaction<T>(Func<LedgerTransaction, T> work)
    {
        try
        {
            return Run(work);
        }
        catch (Exception e) when (e is DbException or TimeoutException or IOException or SocketException)
        {
            throw new LedgerException($"the history in {Address} cannot be used: {e.Message.Split('\n')[0]}", e);
        }
    }

    /// <inheritdoc cref="InTransaction{T}(Func{LedgerTransaction, T})"/>
    public void InTransaction(Action<LedgerTransaction> work) => InTransaction(transaction =>
    {
        work(transaction);
        return true;
    });

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Runs statements that take effect together.</summary>
    protected abstract T Run<T>(Func<LedgerTransaction, T> work);

    /// <summary>The tables. The words in capitals are those that differ from one database to the other.</summary>
    /// <param name="identity">The type of a column that numbers its rows.</param>
    protected static string Schema(string identity) =>
        $"""
        CREATE TABLE IF NOT EXISTS schedules (name TEXT PRIMARY KEY, planned_until BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS due_times (
          id {identity}, schedule TEXT NOT NULL, kind TEXT NOT NULL, due_at BIGINT NOT NULL, through_at BIGINT NOT NULL,
          times BIGINT NOT NULL, state TEXT NOT NULL, reason TEXT, not_before BIGINT, owner TEXT, lease_until BIGINT, attempt BIGINT,
          attempts BIGINT NOT NULL DEFAULT 0, failures BIGINT NOT NULL DEFAULT 0, stop_requested BIGINT NOT NULL DEFAULT 0,
          ended_at BIGINT, UNIQUE (schedule, kind, due_at));
        CREATE INDEX IF NOT EXISTS due_times_state ON due_times (state, due_at);
        CREATE TABLE IF NOT EXISTS attempts (
          id {identity}, due BIGINT NOT NULL, number BIGINT NOT NULL, instance TEXT NOT NULL, run TEXT NOT NULL,
          started_at BIGINT NOT NULL, ended_at BIGINT, outcome TEXT, exit_code BIGINT, counts TEXT);
        CREATE INDEX IF NOT EXISTS attempts_due ON attempts (due);
        """;
}

/// <summary>The ledger cannot be reached or written. What is going on continues, and the next attempt may succeed.</summary>
internal sealed class LedgerException(string message, Exception inner) : Exception(message, inner);
