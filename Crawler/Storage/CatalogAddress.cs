using DataForge.Corpus;
using Npgsql;

namespace DataForge.Crawler.Storage;

/// <summary>
/// Where a workspace's catalog lies: <c>catalog.db</c> in it (SQLite), or a database of a PostgreSQL server, which several crawlers may
/// share. As text it never holds a password.
/// </summary>
internal sealed class CatalogAddress
{
    private CatalogAddress(string text, string? file, string? connection) => (Text, File, Connection) = (text, file, connection);

    /// <summary>How messages call it.</summary>
    public string Text { get; }

    /// <summary>The SQLite file; null for PostgreSQL.</summary>
    public string? File { get; }

    /// <summary>What Npgsql connects by; null for SQLite. Without a password: PGPASSWORD, PGPASSFILE or <c>~/.pgpass</c> has it.</summary>
    public string? Connection { get; }

    /// <summary>Whether several processes on several machines may use it.</summary>
    public bool IsShared => Connection is not null;

    /// <summary>An SQLite catalog.</summary>
    public static CatalogAddress OfFile(string path) => new(path, path, null);

    /// <summary>
    /// Reads the option: empty for the file, or <c>postgres://[user@]host[:port]/database[?host=/socket/folder][&amp;sslmode=require]</c>
    /// (<see href="https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING"/>).
    /// </summary>
    /// <exception cref="DataForgeException">It is neither, or holds a password, which the process list would show.</exception>
    public static CatalogAddress Parse(string? option, string file)
    {
        if (string.IsNullOrEmpty(option))
        {
            return OfFile(file);
        }

        int scheme = option.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || option[..scheme] is not ("postgres" or "postgresql"))
        {
            throw Wrong("it does not begin with postgres://");
        }

        string rest = option[(scheme + 3)..];
        string query = Cut(ref rest, '?');
        string database = Uri.UnescapeDataString(Cut(ref rest, '/'));
        int at = rest.LastIndexOf('@');
        string user = at < 0 ? "" : rest[..at];
        string host = rest[(at + 1)..];
        if (user.Contains(':', StringComparison.Ordinal))
        {
            throw Wrong("it holds a password, which others could read; set PGPASSWORD or write it into ~/.pgpass");
        }

        if (database.Length == 0)
        {
            throw Wrong("it names no database");
        }

        var builder = new NpgsqlConnectionStringBuilder
        {
            Database = database,
            Username = user.Length > 0
                ? Uri.UnescapeDataString(user)
                : Environment.GetEnvironmentVariable("PGUSER") is { Length: > 0 } known ? known : Environment.UserName,
            ApplicationName = "dataforge",
            Pooling = false,
            CommandTimeout = 600,
            KeepAlive = 30,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 3,

            // Each statement is written to be answered by an index. Left to itself, the planner reads the whole of a table that was empty when it
            // last looked, for as long as the statement stays prepared; and cost figures of what cannot be had otherwise would start its compiler.
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
                    throw Wrong($"'{name}' is not known there, or has a wrong value; host and sslmode are");
            }
        }

        if (!builder.Host!.StartsWith('/'))
        {
            // KeepAlive asks the server while nothing else does; this asks the network while an answer is waited for. So a way that was cut is
            // noticed within two minutes, though nobody says so.
            (builder.TcpKeepAlive, builder.TcpKeepAliveTime, builder.TcpKeepAliveInterval) = (true, 30, 10);
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
            builder.Port = int.TryParse(host[(colon + 1)..], out int port) && port is > 0 and < 65_536 ? port : throw Wrong("its port is no port");
            host = host[..colon];
        }

        host = Uri.UnescapeDataString(host).Trim('[', ']');
        builder.Host = host.Length > 0 ? host : "localhost";
    }

    // Returns what follows the first such character, and takes it away.
    private static string Cut(ref string text, char at)
    {
        int index = text.IndexOf(at, StringComparison.Ordinal);
        string after = index < 0 ? "" : text[(index + 1)..];
        text = index < 0 ? text : text[..index];
        return after;
    }

    // The option's text is left out: it may hold a password.
    private static DataForgeException Wrong(string why) =>
        DataForgeException.Usage($"the catalog's address is wrong: {why}. Write postgres://user@host:port/database, or leave it out.");
}
