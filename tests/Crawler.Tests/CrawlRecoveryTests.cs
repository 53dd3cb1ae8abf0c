using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Crawler.Tests.Rows;
using DataForge.Testing;

namespace DataForge.Crawler.Tests;

public class CrawlRecoveryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Crawl_stoppedAtEveryPartAndBetween_goesOnToTheSameBytes(bool isThrown)
    {
        using var folder = new TemporaryFolder();
        string source = TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(9, 16));
        TestCrawl whole = await new TestCrawl(folder["whole"]) { Options = { RawPartBytes = 20_000 } }.RunAsync("r", source);
        Assert.True(whole.Run.ReadInput().Parts.Count > 8);

        // Each attempt reaches its next part, or a faulty file in one, and then ends as by a crash or Ctrl-C.
        var broken = new TestCrawl(folder["broken"]) { Options = { RawPartBytes = 20_000 } };
        int seen = 0;
        int stops = 0;
        using var stop = new CancellationTokenSource();
        for (bool isDone = false; !isDone;)
        {
            CancellationTokenSource attempt = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            int left = 1 + (stops % 3);
            broken.OnEvent = written =>
            {
                if (written is PartDone or FileFault && --left == 0)
                {
                    seen++;
                    attempt.Cancel();
                    if (isThrown)
                    {
                        throw new InvalidOperationException("a crash");
                    }
                }
            };
            try
            {
                await broken.RunAsync("r", attempt.Token, source);
                isDone = true;
            }
            catch (Exception e) when (e is InvalidOperationException or OperationCanceledException)
            {
                stops++;
                LeaveUncommittedFiles(broken);
            }

            Assert.True(stops < 200);
        }

        Assert.True(stops >= 8, $"{stops} stops");
        Assert.Equal(whole.RawHashes(), broken.RawHashes());
        Assert.Equal(File.ReadAllText(whole.Run.InputFile), File.ReadAllText(broken.Run.InputFile));
        Assert.False(Directory.Exists(folder["broken", "scratch"]));
    }

    [Fact]
    public async Task Crawl_changedWhileStopped_beginsTheRepositoryAnew()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 20; i++)
        {
            folder.Write($"lib/a/f{i:D2}.py", new string((char)('a' + i), 5000));
        }

        var crawl = new TestCrawl(folder["w"]) { Options = { RawPartBytes = 20_000 } };
        crawl.OnEvent = written => _ = written is PartDone ? throw new InvalidOperationException("a crash") : 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => crawl.RunAsync("r", "dir:" + folder["lib"]));
        folder.Write("lib/a/f00.py", "changed");
        crawl.OnEvent = null;
        await crawl.RunAsync("r", "dir:" + folder["lib"]);
        Assert.Equal(2, Assert.Single(crawl.Run.ReadInput().Repositories).Snapshot);
        Assert.Equal(20, crawl.Rows().Count);
        Assert.Equal(0, crawl.Rows().Single(row => row.Path == "a/f01.py").BlobPart);
    }

    [Fact]
    public async Task Crawl_catalogLost_refusesToTouchRaw()
    {
        using var folder = new TemporaryFolder();
        string source = TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(2, 4));
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", source);
        string[] raw = crawl.RawHashes();
        File.Delete(crawl.Workspace.CatalogFile);
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("other", source));
        Assert.Contains("catalog.db", fault.Message, StringComparison.Ordinal);
        Assert.Equal(raw, crawl.RawHashes());

        // Once more: because of the catalog that the first attempt created, the second one must not take the parts for orphans.
        await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("other", source));
        Assert.Equal(raw, crawl.RawHashes());
    }

    [Fact]
    public async Task Crawl_laterCatalog_wrongUse()
    {
        using var folder = new TemporaryFolder();
        string source = TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(1, 1));
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", source);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={crawl.Workspace.CatalogFile};Pooling=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Equal(2, (await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("s", source))).ExitCode);
        File.WriteAllText(crawl.Workspace.CatalogFile, "this is no database, but long enough to be taken for one by its name");
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("s", source));
        Assert.Contains("catalog.db", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crawl_fullDisk_oneLineAndNothingLost()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk"]);
        bool isMounted = Mount("mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", folder["disk"]);
        Assert.SkipUnless(isMounted, "a small tmpfs cannot be mounted here");
        try
        {
            string source = TestRows.WriteJson(folder["rows.jsonl"], TestRows.Make(200, 20));
            TestCrawl whole = await new TestCrawl(folder["whole"]) { Options = { RawPartBytes = 200_000 } }.RunAsync("r", source);
            var crawl = new TestCrawl(folder["disk", "w"]) { Options = { RawPartBytes = 200_000 } };
            DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("r", source));
            Assert.Equal(1, fault.ExitCode);
            Assert.DoesNotContain('\n', fault.Message);
            Assert.Contains("run the same command again", fault.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(crawl.Run.InputFile));

            Assert.True(Mount("mount", "-o", "remount,size=64m", folder["disk"]));
            await crawl.RunAsync("r", source);
            Assert.Equal(whole.RawHashes(), crawl.RawHashes());
        }
        finally
        {
            Mount("umount", folder["disk"]);
        }
    }

    // Leaves what a process leaves that is killed between its files and its catalog: files of the next part, complete or not.
    private static void LeaveUncommittedFiles(TestCrawl crawl)
    {
        int next = Enumerable.Range(0, 1000).First(part => !File.Exists(crawl.Workspace.RawManifest(part)));
        File.WriteAllText(crawl.Workspace.RawFilesPart(next), "half");
        File.WriteAllText(crawl.Workspace.RawBlobsPart(next) + ".tmp", "half");
        File.WriteAllText(crawl.Workspace.RawManifest(next), "half");
        Directory.CreateDirectory(Path.Combine(crawl.Workspace.Folder, "scratch", "left"));
    }

    private static bool Mount(string command, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(command, arguments) { RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
