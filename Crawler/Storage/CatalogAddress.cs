using DataForge.Corpus;
using Npgsql;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The address of a workspace's catalog: <c>catalog.db</c> in the workspace (SQLite), or a database on a PostgreSQL server, which several
/// crawlers may share. Its text never contains a password.
/// </summary>
internal sealed class CatalogAddress
{
    // A statement may run this long. The longest, a VACUUM FULL or a merge of 2^20 rows, takes minutes on a slow disk.
    private const int CommandTimeoutSeconds = 600;

    // Seconds between Npgsql's own queries on an idle connection, and of silence before TCP probes follow every 10 seconds. Linux gives
    // up after nine probes (tcp_keepalive_probes): 30 + 9 × 10 seconds, two minutes.
    private const int KeepAliveSeconds = 30;
    private const int TcpProbeSeconds = 10;

    // Prepared statements kept for one connection, above the number of distinct statements of the stores; and the uses after which a
    // statement is prepared. Npgsql prepares none by default (https://www.npgsql.org/doc/prepare.html#automatic-preparation).
    private const int MaxPreparedStatements = 64;
    private const int UsesBeforePrepare = 3;

    private CatalogAddress(string text, string? file, string? connection) => (Text, File, Connection) = (text, file, connection);

    /// <summary>The address as messages show it.</summary>
    public string Text { get; }

    /// <summary>The SQLite file; null for PostgreSQL.</summary>
    public string? File { get; }

    /// <summary>
    /// Npgsql's connection string; null for SQLite. The password is not in it but in PGPASSWORD, PGPASSFILE or <c>~/.pgpass</c>.
    /// </summary>
    public string? Connection { get; }

    /// <summary>Whether several processes on several machines may use it.</summary>
    public bool IsShared => Connection is not null;

    /// <summary>An SQLite catalog.</summary>
    public static CatalogAddress OfFile(string path) => new(path, path, null);

    /// <summary>
    /// Parses the option: empty for the file, or <c>postgres://[user@]host[:port]/database[?host=/socket/folder][&amp;sslmode=require]</c>
    /// (<see href="https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING"/>).
    /// </summary>
    /// <exception cref="DataForgeException">It is neither, or contains a password, which the process list would show.</exception>
    public static CatalogAddress Parse(string? option, string file)
    {
        if (string.IsNullOrEmpty(option))
        {
            return OfFile(file);
        }

        int scheme = option.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || option[..scheme] is not ("postgres" or "postgresql"))
        {
            throw InvalidAddress("it does not begin with postgres://");
        }

        string rest = option[(scheme + 3)..];
        string query = Cut(ref rest, '?');
        string database = Uri.UnescapeDataString(Cut(ref rest, '/'));
        int at = rest.LastIndexOf('@');
        string user = at < 0 ? "" : rest[..at];
        string host = rest[(at + 1)..];
        if (user.Contains(':', StringComparison.Ordinal))
        {
            throw InvalidAddress("it contains a password, which others could read; set PGPASSWORD or write it into ~/.pgpass");
        }

        if (database.Length == 0)
        {
            throw InvalidAddress("it names no database");
        }

        var builder = new NpgsqlConnectionStringBuilder
        {
            Database = database,
            Username = user.Length > 0
                ? Uri.UnescapeDataString(user)
                : Environment.GetEnvironmentVariable("PGUSER") is { Length: > 0 } known ? known : Environment.UserName,
            ApplicationName = "dataforge",
            Pooling = false,
            CommandTimeout = CommandTimeoutSeconds,
            KeepAlive = KeepAliveSeconds,
            MaxAutoPrepare = MaxPreparedStatements,
            AutoPrepareMinUsages = UsesBeforePrepare,

            // Each statement is written for an index. Without the first setting the planner scans a table that was empty when it was last
            // analyzed, for as long as the statement stays prepared. The costs it then assumes for a scan it cannot avoid would start its
            // just-in-time compiler, hence the second setting.
            Options = "-c enable_seqscan=off -c jit=off",
            PersistSecurityInfo = false,
        };
        SetHost(builder, host);
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = pair;
            string value = Uri.UnescapeDataString(Cut(ref name, '='));
            switch (name)
            {
                case "host":
                    builder.Host = value;
                    break;
                case "sslmode" when Enum.TryParse(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out SslMode mode):
                    builder.SslMode = mode;
                    break;
                default:
                    throw InvalidAddress($"'{name}' is not known there, or has a wrong value; host and sslmode are");
            }
        }

        if (!builder.Host!.StartsWith('/'))
        {
            // KeepAlive probes the server while the connection is idle; TCP probes it while an answer is awaited. So a network that fails
            // silently is noticed within two minutes.
            (builder.TcpKeepAlive, builder.TcpKeepAliveTime, builder.TcpKeepAliveInterval) = (true, KeepAliveSeconds, TcpProbeSeconds);
        }

        string port = builder.Port == NpgsqlConnection.DefaultPort ? "" : $":{builder.Port}";
        return new CatalogAddress($"postgres://{builder.Username}@{builder.Host}{port}/{database}", null, builder.ConnectionString);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static void SetHost(NpgsqlConnectionStringBuilder builder, string host)
    {
        int colon = host.LastIndexOf(':');
        if (colon >= 0 && !host.EndsWith(']'))
        {
            builder.Port = int.TryParse(host[(colon + 1)..], out int port) && port is > 0 and < 65_536
                ? port
                : throw InvalidAddress("its port is not a number from 1 to 65535");
            host = host[..colon];
        }

        host = Uri.UnescapeDataString(host).Trim('[', ']');
        builder.Host = host.Length > 0 ? host : "localhost";
    }

    // Removes the first such character and all after it. Returns what followed it.
    private static string Cut(ref string text, char at)
    {
        int index = text.IndexOf(at, StringComparison.Ordinal);
        string after = index < 0 ? "" : text[(index + 1)..];
        text = index < 0 ? text : text[..index];
        return after;
    }

    // The message does not repeat the option: it may contain a password.
    private static DataForgeException InvalidAddress(string why) =>
        DataForgeException.Usage($"the catalog's address is wrong: {why}. Write postgres://user@host:port/database, or leave it out.");
}
