using System.Globalization;
using DataForge.Corpus;
using DataForge.Crawler.Storage;
using Npgsql;

namespace DataForge.Service.Ledger;

/// <summary>
/// The ledger of several instances, in a PostgreSQL database. Its time is the server's, so that their clocks need not agree.
/// </summary>
internal sealed class PostgresLedger : LedgerDatabase
{
    // Advisory locks are identified by numbers, shared by all programs of the database; these are the letters "DFsv"
    // (https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS).
    private const long TurnLock = 0x44467376;

    // An instance that does not get an answer for this long reports that the database is away.
    private const int SecondsToAnswer = 15;

    // An instance that hangs in its turn, as a machine that is suspended, must not keep the others from taking its runs over: the server
    // ends its session, and with it the turn.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource _source;
    private readonly string _takeTurn;

    private PostgresLedger(NpgsqlDataSource source, string address, TimeSpan longestPause)
    {
        (_source, Address) = (source, address);
        _takeTurn = string.Create(
            CultureInfo.InvariantCulture,
            $"SET LOCAL idle_in_transaction_session_timeout = {(long)longestPause.TotalMilliseconds}; "
            + $"SELECT pg_advisory_xact_lock({TurnLock})");
    }

    /// <inheritdoc/>
    public override string Address { get; }

    /// <inheritdoc/>
    public override bool IsShared => true;

    /// <summary>Connects to the server, and makes the tables where they do not exist.</summary>
    /// <param name="database">The database, as <c>postgres://user@host/database</c>.</param>
    /// <param name="longestPause">How long a transaction may pause between two statements; 10 s by default.</param>
    /// <exception cref="DataForgeException">The server does not answer, or refuses the connection.</exception>
    public static PostgresLedger Open(string database, TimeSpan? longestPause = null)
    {
        CatalogAddress address = CatalogAddress.Parse(database, "");
        var settings = new NpgsqlConnectionStringBuilder(address.Connection)
        {
            Pooling = true, MaxPoolSize = 4, CommandTimeout = SecondsToAnswer, Timeout = SecondsToAnswer, Options = null,
        };
        NpgsqlDataSource source = NpgsqlDataSource.Create(settings);
        var ledger = new PostgresLedger(source, address.Text, longestPause ?? LongestPause);
        try
        {
            ledger.InTransaction(transaction => transaction.Execute(Schema("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")));
            return ledger;
        }
        catch (Exception e) when (e is LedgerException or TimeoutException or System.Net.Sockets.SocketException)
        {
            source.Dispose();
            throw new DataForgeException(
                $"the database {address} cannot be opened ({e.Message}): start its server, or correct the address or the password "
                + "(PGPASSWORD, ~/.pgpass).",
                inner: e);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _source.Dispose();

    /// <inheritdoc/>
    protected override T Run<T>(Func<LedgerTransaction, T> work)
    {
        using NpgsqlConnection connection = _source.OpenConnection();
        using NpgsqlTransaction transaction = connection.BeginTransaction();

        // One instance after the other: a few small statements a second, so that waiting costs nothing and no rule depends on isolation.
        using var turn = new NpgsqlCommand(_takeTurn, connection, transaction);
        turn.ExecuteNonQuery();
        using var clock = new NpgsqlCommand("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", connection, transaction);
        T result = work(new LedgerTransaction(connection, transaction, (long)clock.ExecuteScalar()!));
        transaction.Commit();
        return result;
    }
}
