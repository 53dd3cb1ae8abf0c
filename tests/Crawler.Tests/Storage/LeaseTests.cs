using DataForge.Corpus;
using DataForge.Crawler.Storage;
using Microsoft.Data.Sqlite;

namespace DataForge.Crawler.Tests.Storage;

public class LeaseTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void Lease_untilCompletedReleasedOrOver_belongsToOne(string database)
    {
        using var test = new TestCatalog(database, postgres);
        using Catalog one = test.Open();
        using Catalog other = test.Open();
        one.Leases.AddWork("q", [5, 1, 4, 2, 3], CancellationToken.None);
        other.Leases.AddWork("q", [6, 1], CancellationToken.None);
        Assert.Equal([1, 2], one.Leases.TryLeaseRepositories("q", 2, Minute));
        Assert.Equal([3, 4, 5, 6], other.Leases.TryLeaseRepositories("q", 10, Minute));
        Assert.Empty(one.Leases.TryLeaseRepositories("q", 10, Minute));
        Assert.True(one.Leases.Complete("q", 1, "ok"));
        Assert.False(one.Leases.Complete("q", 1, "ok"));
        Assert.False(one.Leases.Complete("q", 3, "ok"));
        one.Leases.Release("q", 3);
        Assert.Empty(one.Leases.TryLeaseRepositories("q", 10, Minute));
        one.Leases.Release("q", 2);
        Assert.Equal([2], other.Leases.TryLeaseRepositories("q", 10, Minute));
        Assert.Equal([(0L, false), (5L, false)], other.Workers.All().Select(worker => (worker.Leases, worker.IsWriter)));

        // One's lease expires while other renews; then other's expires too, and it may still complete what no worker has leased since.
        other.Leases.Release("q", 2);
        Assert.Equal([2], one.Leases.TryLeaseRepositories("q", 10, Minute));
        test.Time.Advance(Minute / 2);
        Assert.Equal(4, other.Leases.Renew(Minute));
        test.Time.Advance(Minute / 2);
        Assert.Equal([2], other.Leases.TryLeaseRepositories("q", 10, Minute));
        Assert.False(one.Leases.Complete("q", 2, null));
        test.Time.Advance(2 * Minute);
        Assert.True(other.Leases.Complete("q", 3, "gone"));
        Assert.Equal([2, 4, 5, 6], one.Leases.TryLeaseRepositories("q", 10, Minute));
        Assert.False(other.Leases.Complete("q", 4, null));
        foreach (long repository in new[] { 2, 4, 5, 6 })
        {
            Assert.True(one.Leases.HasOpenWork("q"));
            Assert.True(one.Leases.Complete("q", repository, null));
        }

        Assert.False(one.Leases.HasOpenWork("q"));
        Assert.Equal((true, "gone"), one.Leases.FindWork("q", 3));
        Assert.Equal((true, null), one.Leases.FindWork("q", 4));
        Assert.Null(one.Leases.FindWork("q", 7));
        one.Leases.DropWork("q");
        Assert.Null(one.Leases.FindWork("q", 3));
    }

    [Fact]
    public void Lease_holderKilled_isFreeAtOnce()
    {
        using var test = new TestCatalog("postgres", postgres);
        using Catalog one = test.Open();
        Catalog killed = test.Open(reconnections: 0);
        one.Leases.AddWork("q", [1, 2, 3], CancellationToken.None);
        Assert.Equal([1, 2], killed.Leases.TryLeaseRepositories("q", 2, Minute));
        Assert.True(killed.Writer.TryAcquire(Minute));
        Assert.False(one.Writer.TryAcquire(Minute));
        Kill(test, killed);
        Assert.Equal([1, 2, 3], one.Leases.TryLeaseRepositories("q", 10, Minute));
        Assert.True(one.Writer.TryAcquire(Minute));
        Assert.Single(one.Workers.All());

        // The killed one meets a broken connection, and is disposed without a further exception.
        Assert.ThrowsAny<System.Data.Common.DbException>(() => killed.Leases.TryLeaseRepositories("q", 1, Minute));
        killed.Dispose();
    }

    [Fact]
    public void Lease_sqliteHolderKilled_isFreeAtOnce()
    {
        using var test = new TestCatalog("sqlite", postgres);
        using Catalog one = test.Open();
        one.Leases.AddWork("q", [1, 2, 3], CancellationToken.None);

        // What a killed process leaves: rows, and a file that no process locks.
        using (var connection = new SqliteConnection($"Data Source={test.Address.File};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = """
                INSERT INTO workers VALUES (77, 'gone');
                UPDATE work SET worker = 77, leased_until = 9223372036854775807 WHERE repository < 3;
                INSERT INTO writers (name, worker, leased_until, epoch) VALUES ('raw', 77, 9223372036854775807, 12);
                """;
            command.ExecuteNonQuery();
        }

        File.WriteAllText(test.Address.File + "-worker-77", "");
        Assert.Equal([1, 2, 3], one.Leases.TryLeaseRepositories("q", 10, Minute));
        Assert.True(one.Writer.TryAcquire(Minute));
        Assert.False(File.Exists(test.Address.File + "-worker-77"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void CommitPart_byReplacedWriter_isRefused(string database)
    {
        using var test = new TestCatalog(database, postgres);
        using Catalog one = test.Open();
        using Catalog other = test.Open();
        Assert.True(one.Writer.TryAcquire(Minute));
        Assert.True(one.Writer.TryAcquire(Minute));
        TestParts.Commit(one, 0, 0, 10, 1);
        test.Time.Advance(2 * Minute);

        // After its lease expired, but no other worker took over.
        TestParts.Commit(one, 1, 10, 10, 2);
        Assert.True(other.Writer.TryAcquire(Minute));
        Assert.False(one.Writer.TryAcquire(Minute));
        Assert.Throws<DataForgeException>(() => TestParts.Commit(one, 2, 20, 10, 3));
        TestParts.Commit(other, 2, 20, 10, 3);
        other.Writer.Release();
        Assert.True(one.Writer.TryAcquire(Minute));
        TestParts.Commit(one, 3, 30, 10, 4);
    }

    /// <summary>Ends the connection of a worker, as the end of its process would where it does not reconnect.</summary>
    internal static void Kill(TestCatalog test, Catalog worker)
    {
        using var connection = new Npgsql.NpgsqlConnection(test.Address.Connection);
        connection.Open();
        using var command = new Npgsql.NpgsqlCommand(
            $"""
            SELECT pg_terminate_backend(pid) FROM pg_locks l WHERE locktype = 'advisory' AND objid = {worker.Workers.Id}
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, connection);
        Assert.Equal(true, command.ExecuteScalar());
        using var left = new Npgsql.NpgsqlCommand(
            $"""
            SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {worker.Workers.Id}
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, connection);
        while ((long)left.ExecuteScalar()! > 0)
        {
            Thread.Sleep(5);
        }
    }
}
