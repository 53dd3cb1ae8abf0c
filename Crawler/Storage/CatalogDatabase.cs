using System.Data;
using System.Data.Common;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The little in which the two databases differ. The SQL of the catalog is written once, in what both understand, with parameters as
/// <c>$name</c>; only the tables themselves are declared for each.
/// </summary>
internal abstract class CatalogDatabase(DbConnection connection) : IDisposable
{
    private bool _isDurable = true;

    /// <summary>The one connection; another after <see cref="Reconnect"/>.</summary>
    public DbConnection Connection { get; private set; } = connection;

    /// <summary>What a SELECT of rows to lease ends with, so that crawlers at the same table do not wait for each other.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Whether there is a server that the connection may break to, and be taken up again.</summary>
    public abstract bool CanReconnect { get; }

    /// <summary>Takes a broken connection up again. What the former one had under way has ended then, one way or the other.</summary>
    /// <exception cref="Exception">It cannot be had, or not yet (<see cref="IsPassing"/>).</exception>
    public abstract void Reconnect();

    /// <summary>Whether a fault of taking the connection up may be over in a while.</summary>
    public abstract bool IsPassing(Exception fault);

    /// <summary>Brings the tables to this program's version; safe where several processes do it at a time.</summary>
    public abstract void Migrate();

    /// <summary>
    /// Begins a transaction. Where it need not be durable (a ledger's row), the commit waits for no disk: a power cut may take the last
    /// such commits, always in reverse order and never one that a durable commit followed. A killed process takes none.
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

    /// <summary>Tells a lost connection as the fault of the database that it is; a provider takes the next command for a fault of the program.</summary>
    /// <exception cref="ConnectionLostException">The connection was closed by the other side.</exception>
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
    /// <param name="rows">Their values, in the order of the names; taken one at a time, so that the array may be the same each time.</param>
    public abstract void ExecuteMany(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows);

    /// <summary>Reads the rows of many keys.</summary>
    /// <param name="sql">The statement, with <c>{0}</c> where the comparison with a key goes.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="read">Called for each row, in no particular order.</param>
    public abstract void ReadMany<T>(string sql, IEnumerable<T> keys, Action<DbDataReader> read)
        where T : notnull;

    /// <summary>Takes the bytes of deleted rows out of the database's files. Rewrites them: not within a transaction, and not often.</summary>
    public abstract void Compact();

    /// <summary>Holds a worker's lock until the connection is closed or the process ends, however it ends.</summary>
    public abstract void HoldWorker(long worker);

    /// <summary>Registers a worker under the number it had, if it is not.</summary>
    public abstract void RestoreWorker(long worker, string name);

    /// <summary>Has this worker's connection ended, its locks with it, once it was silent for so long with a transaction open.</summary>
    public virtual void LimitSilence(TimeSpan limit)
    {
    }

    /// <summary>Of these workers, those that do not hold their lock any more; they cannot take it again before the transaction's end.</summary>
    public abstract List<long> EndedWorkers(IReadOnlyList<long> workers);

    /// <summary>
    /// Contents are merged when the small table has one row for so many of the large one's: many make questions cheap, which are asked of
    /// both tables, few make additions cheap.
    /// </summary>
    public abstract int MergeShare { get; }

    /// <summary>The statement that empties a table.</summary>
    public abstract string Clear(string table);

    /// <inheritdoc/>
    public virtual void Dispose() => Connection.Dispose();

    /// <summary>Goes on with another connection, whose session is as the server begins them.</summary>
    protected void Replace(DbConnection connection)
    {
        Connection.Dispose();
        (Connection, _isDurable) = (connection, true);
    }

    /// <summary>The statement as this database writes it.</summary>
    protected abstract string Text(string sql);

    /// <summary>The name of a parameter as this database's provider wants it.</summary>
    protected abstract string ParameterName(string name);

    /// <summary>The statement that makes the next commits durable, or not.</summary>
    protected abstract string Durability(bool isDurable);
}

/// <summary>The server, or the way to it, has gone while the catalog was open.</summary>
internal sealed class ConnectionLostException(string message = "the connection to the catalog is lost", Exception? inner = null) : DbException(message, inner);
