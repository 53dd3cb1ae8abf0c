using DataForge.Corpus;
using Microsoft.Data.Sqlite;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The catalog of a workspace: repositories, their snapshots, raw parts, the ids of all contents with their parts (about 35 bytes on
/// disk each), the ledger of searches, and which worker holds which lease. Each group of tables has its own store; all stores use one
/// connection (<see cref="CatalogConnection"/>), to SQLite or to PostgreSQL (<see cref="CatalogDatabase"/>).
/// <para>The catalog only names what is durable in <c>raw/</c>: a part's rows are written here last, in one transaction that is flushed
/// to disk. Safe from several threads; other processes may use the same catalog.</para>
/// </summary>
internal sealed class Catalog : IDisposable
{
    // SQLITE_READONLY and SQLITE_CANTOPEN (https://www.sqlite.org/rescode.html).
    private const int ReadOnly = 8;
    private const int CannotOpen = 14;

    private readonly CatalogConnection _connection;

    private Catalog(CatalogDatabase database, TimeProvider time, int reconnections)
    {
        _connection = new CatalogConnection(database, time, reconnections);
        var clock = new LeaseClock(time);
        Workers = new WorkerStore(_connection);
        Writer = new WriterStore(_connection, Workers, clock);
        Leases = new LeaseStore(_connection, Workers, clock);
        Discovered = new DiscoveredStore(_connection);
        Ledger = new LedgerStore(_connection, Workers, Discovered, clock);
        Names = new NameStore(_connection);
        Contents = new ContentStore(_connection);
        Snapshots = new SnapshotStore(_connection);
        Parts = new PartStore(_connection, Contents, Writer);
        Sources = new SourceStore(_connection);
        States = new RepositoryStateStore(_connection);
        Removal = new RemovalStore(_connection, Contents);
        _connection.SessionRestored = session => Workers.Restore(session, Writer.Reacquire);
        _connection.Closing = Workers.End;
    }

    /// <summary>Names given to sources by their location.</summary>
    public NameStore Names { get; }

    /// <summary>The ids of all contents, with the part that stores each.</summary>
    public ContentStore Contents { get; }

    /// <summary>Snapshots of repositories.</summary>
    public SnapshotStore Snapshots { get; }

    /// <summary>Raw parts.</summary>
    public PartStore Parts { get; }

    /// <summary>The snapshots that unchanged sources were crawled to.</summary>
    public SourceStore Sources { get; }

    /// <summary>The status of each repository when it was last requested.</summary>
    public RepositoryStateStore States { get; }

    /// <summary>The ledger of searches.</summary>
    public LedgerStore Ledger { get; }

    /// <summary>Repositories that searches found.</summary>
    public DiscoveredStore Discovered { get; }

    /// <summary>Leases of repositories.</summary>
    public LeaseStore Leases { get; }

    /// <summary>The lease of the worker that writes raw parts.</summary>
    public WriterStore Writer { get; }

    /// <summary>The workers that use the catalog.</summary>
    public WorkerStore Workers { get; }

    /// <summary>Removal of repositories that opted out.</summary>
    public RemovalStore Removal { get; }

    /// <summary>Called when a lost connection was reopened, with the reason of the loss; on the thread of the operation.</summary>
    public Action<string> Reconnected
    {
        get => _connection.Reconnected;
        set => _connection.Reconnected = value;
    }

    /// <summary>Opens a workspace's own catalog, creating it where it does not exist.</summary>
    /// <exception cref="DataForgeException">It was written by a later version of the program.</exception>
    public static Catalog Open(string path) => Open(CatalogAddress.OfFile(path), TimeProvider.System);

    /// <summary>Opens a catalog, creating its tables where they do not exist.</summary>
    /// <param name="address">The address of the database.</param>
    /// <param name="time">
    /// The clock by which leases expire; the clocks of crawlers that share a catalog should agree within a few seconds.
    /// </param>
    /// <param name="reconnections">How often a lost connection is retried, with growing pauses; 0 never reconnects.</param>
    /// <exception cref="DataForgeException">It was written by a later version, or its server cannot be reached.</exception>
    public static Catalog Open(CatalogAddress address, TimeProvider time, int reconnections = CatalogConnection.DefaultReconnections) =>
        OfDatabase(address.File is { } file ? SqliteDatabase.Open(file) : PostgresDatabase.Open(address), time, reconnections);

    /// <summary>Opens a catalog to read from it, also where its file cannot be written.</summary>
    /// <param name="address">The address of the database.</param>
    /// <param name="time">The clock by which leases expire.</param>
    /// <exception cref="DataForgeException">It is of another version, was left unfinished, or cannot be reached.</exception>
    public static Catalog OpenToRead(CatalogAddress address, TimeProvider time)
    {
        try
        {
            return Open(address, time);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is ReadOnly or CannotOpen && address.File is { } file)
        {
            SqliteDatabase database = SqliteDatabase.TryOpenReadOnly(file) ?? throw new DataForgeException(
                $"{file} cannot be written, and a crawl that did not end left it unfinished: make the workspace writable, then run the "
                + "command once more.",
                inner: e);
            try
            {
                return OfDatabase(database, time, 0);
            }
            catch (SqliteException older)
            {
                throw new DataForgeException(
                    $"{file} is of an earlier version and cannot be written: make the workspace writable, then run the command once more.",
                    inner: older);
            }
        }
    }

    /// <summary>A catalog over an open database, which it owns; the database is closed where its tables cannot be made.</summary>
    private static Catalog OfDatabase(CatalogDatabase database, TimeProvider time, int reconnections)
    {
        try
        {
            database.Migrate();
            return new Catalog(database, time, reconnections);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a catalog at the address.</summary>
    public static bool Exists(CatalogAddress address)
    {
        if (address.File is { } file)
        {
            return File.Exists(file);
        }

        using PostgresDatabase database = PostgresDatabase.Open(address);
        return database.HasCatalog();
    }

    /// <summary>
    /// Ends this worker's turn as the writer: drops its queue and releases the writer's lease. Does nothing if the connection is lost.
    /// </summary>
    public void EndTurn(string queue)
    {
        if (_connection.IsLost)
        {
            return;
        }

        try
        {
            // Only the writer has a queue to drop.
            if (Writer.IsHeld)
            {
                Leases.DropWork(queue);
            }

            Writer.Release();
        }
        catch (Exception e) when (e is System.Data.Common.DbException or DataForgeException && _connection.IsLost)
        {
            // The server is gone and the lease with it, or another worker holds it now.
        }
    }

    /// <summary>Writes all rows as text, to compare two catalogs (<see cref="CatalogDump"/>).</summary>
    public void Dump(TextWriter output, CancellationToken cancellation = default) =>
        _connection.RunOnce(session => CatalogDump.Write(session, output, cancellation));

    /// <inheritdoc/>
    public void Dispose()
    {
        Contents.Dispose();
        _connection.Dispose();
    }
}
