using DataForge.Crawler.Storage;
using DataForge.Testing;

[assembly: AssemblyFixture(typeof(DataForge.Crawler.Tests.Storage.PostgresFixture))]

namespace DataForge.Crawler.Tests.Storage;

/// <summary>One PostgreSQL server for all tests, started when the first one asks.</summary>
public sealed class PostgresFixture : IDisposable
{
    private readonly Lazy<PostgresServer?> _server = new(() => PostgresServer.TryStart());

    /// <summary>The server; skips the test where PostgreSQL is not installed.</summary>
    public PostgresServer Server
    {
        get
        {
            Assert.SkipWhen(_server.Value is null, "PostgreSQL is not installed (Debian's package postgresql)");
            return _server.Value!;
        }
    }

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value?.Dispose();
        }
    }
}

/// <summary>An empty catalog's address in one of the two databases, and a clock to open it with.</summary>
internal sealed class TestCatalog : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestCatalog(string database, PostgresFixture postgres)
        : this(database == "postgres" ? postgres.Server.CreateDatabase() : null)
    {
    }

    public TestCatalog(string? address) => Address = CatalogAddress.Parse(address, _folder["catalog.db"]);

    public CatalogAddress Address { get; }

    public ManualTime Time { get; } = new();

    public Catalog Open(int reconnections = CatalogConnection.DefaultReconnections) => Catalog.Open(Address, Time, reconnections);

    public static string Dump(Catalog catalog)
    {
        var text = new StringWriter();
        catalog.Dump(text);
        return text.ToString();
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
