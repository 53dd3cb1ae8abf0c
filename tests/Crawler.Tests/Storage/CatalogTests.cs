using DataForge.Corpus;
using DataForge.Crawler.Storage;
using DataForge.Testing;
using Microsoft.Data.Sqlite;

namespace DataForge.Crawler.Tests.Storage;

public class CatalogTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void FindContent_acrossMerges_findsEachOnceCommitted(string database)
    {
        using var test = new TestCatalog(database, postgres);
        using (Catalog catalog = test.Open())
        {
            // 8 parts of 3,000: the small table is merged at 9,000 and 18,000 rows.
            for (int part = 0; part < 8; part++)
            {
                TestParts.Commit(catalog, part, part * 3000, 3000, part + 1);
            }

            Assert.Equal(8, catalog.Parts.NextNumber());
        }

        using Catalog reopened = test.Open();
        for (int i = 0; i < 24_000; i += 997)
        {
            Assert.Equal((i / 3000, i % 3000), reopened.Contents.Find(TestParts.Id(i)));
        }

        Assert.Equal((-1, -1), reopened.Contents.Find(TestParts.Id(24_000)));
        Dictionary<BlobId, (int Part, long Size)> found =
            reopened.Contents.FindMany(Enumerable.Range(0, 48_000).Select(i => TestParts.Id(i)));
        Assert.Equal(24_000, found.Count);
        Assert.Equal((7, 2999), found[TestParts.Id(23_999)]);
        string dump = TestCatalog.Dump(reopened);
        reopened.Contents.Merge();
        Assert.Equal(dump, TestCatalog.Dump(reopened));
    }

    [Fact]
    public void Dump_sameWorkInBothDatabases_isTheSame()
    {
        using var one = new TestCatalog("sqlite", postgres);
        using var other = new TestCatalog("postgres", postgres);
        string[] dumps = [.. new[] { one, other }.Select(test =>
        {
            using Catalog catalog = test.Open();
            catalog.Names.Add([("dir", "/a/b", "b"), ("git", "ü\tx", "naïve\\")]);
            TestParts.Commit(catalog, 0, 0, 10, 5, 3);
            catalog.Parts.Commit(null, [TestParts.Share(9, 0)], [], []);
            TestParts.Commit(catalog, 1, 10, 10, 5);
            catalog.Sources.Set("k", "1", [(5, 1)]);
            catalog.Sources.Set("k", "2", [(5, 1), (3, 1)]);
            catalog.States.Set(new RepositoryState(5, RepositoryStatus.Moved, "a/b", "c5", test.Time.GetUtcNow(), "a/c"));
            catalog.States.Set(new RepositoryState(-1, RepositoryStatus.Vanished, "z/z"));
            LedgerTests.Fill(catalog);
            catalog.Leases.AddWork("q", [1, 2, 3], CancellationToken.None);
            catalog.Leases.TryLeaseRepositories("q", 2, TimeSpan.FromMinutes(1));
            return TestCatalog.Dump(catalog);
        })];
        Assert.Equal(dumps[0], dumps[1]);
        Assert.Contains("naïve\\\\\n", dumps[0], StringComparison.Ordinal);
        Assert.Contains("\\\"Stars\\\":3".Replace("\\\"", "\"", StringComparison.Ordinal), dumps[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void CommitPart_secondTimeOrCancelled_leavesNothing(string database)
    {
        using var test = new TestCatalog(database, postgres);
        using Catalog catalog = test.Open();
        TestParts.Commit(catalog, 0, 0, 10, 1);
        string before = TestCatalog.Dump(catalog);
        Assert.ThrowsAny<System.Data.Common.DbException>(() => TestParts.Commit(catalog, 0, 10, 10, 2));
        Assert.ThrowsAny<System.Data.Common.DbException>(() => TestParts.Commit(catalog, 1, 9, 10, 2));
        Assert.Throws<OperationCanceledException>(() => catalog.Leases.AddWork("q", [1], new CancellationToken(canceled: true)));
        Assert.Equal(before, TestCatalog.Dump(catalog));
        Assert.False(catalog.Leases.HasOpenWork("q"));
        TestParts.Commit(catalog, 1, 10, 10, 2);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Catalog_severalAtATime_loseNothing(string database)
    {
        using var test = new TestCatalog(database, postgres);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            using Catalog catalog = test.Open();
            for (int i = 0; i < 20; i++)
            {
                int part = (20 * worker) + i;
                TestParts.Commit(catalog, part, part * 200, 200, part + 1);
                Assert.Equal(part, catalog.Contents.Find(TestParts.Id(part * 200)).Part);
            }
        })));
        using Catalog all = test.Open();
        Assert.Equal(80, all.Parts.NextNumber());
        Assert.Equal(16_000, all.Contents.FindMany(Enumerable.Range(0, 16_000).Select(i => TestParts.Id(i))).Count);
    }

    [Fact]
    public void Open_firstVersion_isBroughtToThisOne()
    {
        using var folder = new TemporaryFolder();
        string path = folder["catalog.db"];
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = SqliteSchema.Steps[0] + """
                PRAGMA user_version = 1;
                INSERT INTO contents VALUES (zeroblob(20), 4, 77);
                INSERT INTO repositories VALUES (1, 'a/b', 'dir');
                INSERT INTO snapshots VALUES (1, 1, 's', NULL, 4, 4, 3, 0, '{"occurrences.python":3}');
                """;
            command.ExecuteNonQuery();
        }

        using Catalog catalog = Catalog.Open(path);
        Assert.Equal((4, 77), catalog.Contents.Find(new BlobId(new byte[20])));
        Assert.Equal(new SnapshotState(1, 1, 3, false), catalog.Snapshots.Find(1, "s"));
        Assert.Null(catalog.Snapshots.FindFacts(1, 1));
        TestParts.Commit(catalog, 5, 0, 10, 1);
        Assert.Equal("owner/r1", catalog.Snapshots.FindFacts(1, 1)?.Name ?? "owner/r1");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void Open_secondVersion_isBroughtToThisOne(string database)
    {
        const string Rows = """
            INSERT INTO contents (id, part, size) VALUES ({0}, 4, 77);
            INSERT INTO parts (number, files_sha256, blobs_sha256, occurrences, blobs, bytes) VALUES (4, 'f', 'b', 1, 1, 77);
            UPDATE tallies SET value = 1 WHERE name = 'contents';
            INSERT INTO writers (name, worker, leased_until, epoch) VALUES ('raw', NULL, NULL, 7);
            """;
        using var test = new TestCatalog(database, postgres);
        using (System.Data.Common.DbConnection connection = database == "sqlite"
            ? new SqliteConnection($"Data Source={test.Address.File};Pooling=False") : new Npgsql.NpgsqlConnection(test.Address.Connection))
        {
            connection.Open();
            using System.Data.Common.DbCommand command = connection.CreateCommand();
            command.CommandText = database == "sqlite"
                ? string.Concat(SqliteSchema.Steps.Take(2)) + "PRAGMA user_version = 2;"
                    + Rows.Replace("{0}", "zeroblob(20)", StringComparison.Ordinal)
                : string.Concat(PostgresSchema.Steps.Take(2))
                    + "CREATE TABLE catalog_version (version INTEGER NOT NULL); INSERT INTO catalog_version VALUES (1), (2);"
                    + Rows.Replace("{0}", @"decode(repeat('00', 20), 'hex')", StringComparison.Ordinal);
            command.ExecuteNonQuery();
        }

        using Catalog catalog = test.Open();
        Assert.Equal((4, 77), catalog.Contents.Find(new BlobId(new byte[20])));
        Assert.True(catalog.Writer.TryAcquire(TimeSpan.FromMinutes(1)));
        TestParts.Commit(catalog, 5, 0, 9000, 1);
        TestParts.Commit(catalog, 6, 9000, 10, 2);
        Assert.Equal((5, 77), catalog.Contents.Find(TestParts.Id(77)));
        Assert.Equal(7, catalog.Parts.NextNumber());
    }

    [Fact]
    public void Exists_postgres_onlyAfterOpen()
    {
        using var test = new TestCatalog("postgres", postgres);
        Assert.False(Catalog.Exists(test.Address));
        test.Open().Dispose();
        Assert.True(Catalog.Exists(test.Address));
    }

    [Fact]
    public void States_setAgain_holdTheLatest()
    {
        using var test = new TestCatalog("sqlite", postgres);
        using Catalog catalog = test.Open();
        for (int i = 1; i <= 2500; i++)
        {
            catalog.States.Set(new RepositoryState(i, RepositoryStatus.Present, $"o/{i}", "c", test.Time.GetUtcNow()));
        }

        var vanished = new RepositoryState(7, RepositoryStatus.Vanished, "o/7", "c", null, "404");
        catalog.States.Set(vanished);
        Assert.Equal(vanished, catalog.States.Find(7));
        Assert.Null(catalog.States.Find(0));
        Assert.Equal(Enumerable.Range(1, 2500).Select(i => (long)i), catalog.States.All().Select(state => state.Repository));
        Assert.Equal([(RepositoryStatus.Present, 2499L), (RepositoryStatus.Vanished, 1L)], catalog.States.CountByStatus());
    }
}
