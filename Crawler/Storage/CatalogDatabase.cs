using System.Data;
using System.Data.Common;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The differences between the two databases. The catalog's SQL is written once, in what both understand, with parameters as
/// <c>$name</c>; only the tables are declared for each.
/// </summary>
internal abstract class CatalogDatabase(DbConnection connection) : IDisposable
{
    private bool _isDurable = true;

    /// <summary>The one connection; a new one after <see cref="Reconnect"/>.</summary>
    public DbConnection Connection { get; private set; } = connection;

    /// <summary>The end of a SELECT of rows to lease, by which crawlers that lease at the same time do not wait for each other.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Whether the connection leads to a server, can be lost, and can be reopened.</summary>
    public abstract bool CanReconnect { get; }

    /// <summary>
    /// The tables of contents are merged when the small one has a row for this many rows of the large one. A low number makes additions
    /// cheap; a high number makes queries cheap, which read both tables.
    /// </summary>
    public abstract int MergeShare { get; }

    /// <summary>Reopens a lost connection. Whatever the former session was doing has ended by then, committed or rolled back.</summary>
    /// <exception cref="Exception">It cannot be reopened, or not yet (<see cref="IsTransient"/>).</exception>
    public abstract void Reconnect();

    /// <summary>Whether a failure to reopen the connection may pass, so that trying again makes sense.</summary>
    public abstract bool IsTransient(Exception fault);

    /// <summary>Migrates the tables to this program's version; safe where several processes do it at a time.</summary>
    public abstract void Migrate();

    /// <summary>
    /// Begins a transaction. If it need not be durable (a row of the ledger), the commit does not wait for the disk: a power cut may undo
    /// the last such commits, always the latest first and never one that a durable commit followed. A killed process loses none.
    /// </summary>
    public DbTransaction Begin(bool isDurable)
    {
        CheckOpen();
        if (isDurable != _isDurable)
        {
            using DbCommand command = Connection.CreateCommand();
            command.CommandText = Durability(isDurable);
            command.ExecuteNonQuery();
            _isDurable = isDurable;
        }

        return Connection.BeginTransaction();
    }

    /// <summary>
    /// Throws where the connection is lost. A provider would report the next command as an error of the program
    /// (<see cref="InvalidOperationException"/>) instead.
    /// </summary>
    /// <exception cref="ConnectionLostException">The other side has closed the connection.</exception>
    public void CheckOpen()
    {
        if (Connection.State != ConnectionState.Open)
        {
            throw new ConnectionLostException();
        }
    }

    /// <summary>A command with its parameters.</summary>
    public DbCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        CheckOpen();
        DbCommand command = Connection.CreateCommand();
        command.CommandText = Text(sql);
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = ParameterName(name);
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Runs one statement for many rows.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="names">Its parameters.</param>
    /// <param name="rows">
    /// Their values, in the order of the names. Each row is used before the next is read, so an array may be reused.
    /// </param>
    public abstract void ExecuteMany(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows);

    /// <summary>Reads the rows of many keys.</summary>
    /// <param name="sql">The query, with <c>{0}</c> in place of the comparison with a key.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="read">Called for each row, in no particular order.</param>
    public abstract void ReadMany<T>(string sql, IEnumerable<T> keys, Action<DbDataReader> read)
        where T : notnull;

    /// <summary>
    /// Removes the bytes of deleted rows from the database's files. It rewrites them, so it cannot be part of a transaction and is slow.
    /// </summary>
    public abstract void Compact();

    /// <summary>Holds a worker's lock until the connection is closed or the process ends, however it ends.</summary>
    public abstract void HoldWorker(long worker);

    /// <summary>Registers a worker again under its former number, where its row was removed.</summary>
    public abstract void RestoreWorker(long worker, string name);

    /// <summary>Limits how long this session may be idle inside a transaction; the server then ends it and releases its locks.</summary>
    public virtual void LimitIdleTransactions(TimeSpan limit)
    {
    }

    /// <summary>Of these workers, those that do not hold their lock; they cannot take it again before the transaction's end.</summary>
    public abstract List<long> EndedWorkers(IReadOnlyList<long> workers);

    /// <summary>The statement that empties a table.</summary>
    public abstract string Clear(string table);

    /// <inheritdoc/>
    public virtual void Dispose() => Connection.Dispose();

    /// <summary>Continues with another connection, whose session has the server's default settings.</summary>
    protected void Replace(DbConnection connection)
    {
        Connection.Dispose();
        (Connection, _isDurable) = (connection, true);
    }

    /// <summary>The statement in this database's syntax.</summary>
    protected abstract string Text(string sql);

    /// <summary>The name of a parameter in the syntax of this database's provider.</summary>
    protected abstract string ParameterName(string name);

    /// <summary>The statement that makes the following commits durable, or not.</summary>
    protected abstract string Durability(bool isDurable);
}

/// <summary>The connection to the catalog's server was lost.</summary>
internal sealed class ConnectionLostException(string message = "the connection to the catalog is lost", Exception? inner = null)
    : DbException(message, inner);
