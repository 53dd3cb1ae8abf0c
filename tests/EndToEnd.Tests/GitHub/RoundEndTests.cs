using System.Diagnostics;
using System.Globalization;
using DataForge.Crawler.Storage;
using DataForge.Forge.Repositories;
using DataForge.Testing;
using Microsoft.Data.Sqlite;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>
/// A crawl that is killed at the end of its round: before the round's repositories are recorded, before the run has its input, and between
/// that and the closing of the round. It is held there by a trigger in its catalog that never ends, and by a pipe in place of a file.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RoundEndTests
{
    private const string Busy = "(SELECT COUNT(*) FROM busy a, busy b, busy c, busy d WHERE a.x + b.x + c.x + d.x < 0)";
    private const string DigitsTable =
        """
        CREATE TEMP TABLE IF NOT EXISTS digits AS SELECT 0 AS x UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4
        UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("before the round is remembered")]
    [InlineData("before the input is pinned")]
    [InlineData("before the round is closed")]
    public async Task Crawl_killedAtTheEndOfItsRound_finishesTheSameRound(string moment)
    {
        await using ForgeWorld world = await ForgeWorld.StartAsync(new GeneratorOptions { Count = 60 }, 6);
        await world.CrawlAllAsync("whole");
        string file = world["killed", "catalog.db"];
        string run = world["killed", "runs", "r"];
        Directory.CreateDirectory(run);
        Catalog.Open(file).Dispose();
        Execute(
            file, "CREATE TABLE busy (x)", "INSERT INTO busy SELECT a.x * 100 + b.x * 10 + c.x FROM digits a, digits b, digits c",
            "DROP TABLE digits");

        Func<bool> isThere;
        switch (moment)
        {
            case "before the round is remembered":
                Execute(file, $"CREATE TRIGGER held BEFORE INSERT ON sources WHEN NEW.key LIKE 'github:%' BEGIN SELECT {Busy}; END");
                isThere = () => Count(file, "SELECT COUNT(*) FROM repository_states") == 60;
                break;
            case "before the input is pinned":
                Process.Start("mkfifo", Path.Combine(run, "1-input.json.tmp")).WaitForExit();
                isThere = () => File.Exists(Path.Combine(run, "1-rounds.json"));
                break;
            default:
                Execute(file, $"CREATE TRIGGER held BEFORE UPDATE OF closed ON queries WHEN NEW.closed = 1 BEGIN SELECT {Busy}; END");
                isThere = () => File.Exists(Path.Combine(run, "manifest", "crawl", "input.json"));
                break;
        }

        using (DataForgeProcess process = world.Crawl("killed"))
        {
            long start = Stopwatch.GetTimestamp();
            while (!isThere())
            {
                Assert.False(process.HasExited, "it was not held");
                Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "it did not reach that moment");
                await Task.Delay(50);
            }

            Assert.True(await process.KillAfterAsync(TimeSpan.FromMilliseconds(200)), "it was not held");
        }

        Assert.Equal(0, Count(file, "SELECT closed FROM queries"));
        Assert.Equal(
            moment.EndsWith("closed", StringComparison.Ordinal), File.Exists(Path.Combine(run, "manifest", "crawl", "input.json")));
        Execute(file, "DROP TABLE busy", "DROP TRIGGER IF EXISTS held");
        File.Delete(Path.Combine(run, "1-input.json.tmp"));

        // What remains to be done needs no request to the forge.
        world.Forge.Log.Clear();
        await world.CrawlAllAsync("killed");
        Assert.DoesNotContain(world.Forge.Log.All, record => record.Resource is "search" or "git" || record.IsCharged);
        Assert.Equal(world.RawHashes("whole"), world.RawHashes("killed"));
        Assert.Equal(world.Dump("whole"), world.Dump("killed"));
        foreach (string name in (string[])["1-input.json", "1-commits.jsonl", "manifest/crawl/input.json"])
        {
            Assert.Equal(File.ReadAllText(world["whole", "runs", "r", name]), File.ReadAllText(Path.Combine(run, name)));
        }

        Assert.Empty(Directory.GetFiles(run, "1-rounds.json*"));

        // The next run begins the next round in both.
        await world.CrawlAllAsync("whole", "s");
        await world.CrawlAllAsync("killed", "s");
        Assert.Equal(2, world.Status("killed").Round);
        Assert.Equal(world.Dump("whole"), world.Dump("killed"));
    }

    private static void Execute(string file, params string[] statements)
    {
        using SqliteConnection connection = Open(file);
        foreach (string statement in (string[])[DigitsTable, .. statements])
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    private static long Count(string file, string sql)
    {
        using SqliteConnection connection = Open(file);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
