using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Crawler.Folders;
using DataForge.Crawler.Sources;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Folders;

public class FolderSourceTests
{
    [Fact]
    public async Task Crawl_folderOfPackages_dividesItIntoRepositories()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in (string[])
            ["loose.py", "other.py", "LICENSE.txt", "README", "pack/__init__.py", "pack/sub/deep.py", "pack/sub/COPYING", "pack/data.txt",
             "pack/__pycache__/x.pyc", "space/inner/mod.py", "docs/readme.md", "owner/name/.git/HEAD", "owner/name/a.py",
             "owner/name/LICENSE",
             "owner/name/vendored/.git", "owner/name/vendored/v.py", ".hidden/h.py", "venv/lib/site-packages/one.py",
             "venv/lib/site-packages/two/__init__.py", "venv/lib/site-packages/LICENSE"])
        {
            folder.Write("lib/" + file, file);
        }

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "dir:" + folder["lib"] + "/");
        Assert.Equal(
            [
                "lib/.hidden: .hidden/h.py",
                "lib/.hidden: LICENSE.txt",
                "lib/owner/name/vendored: v.py",
                "lib/owner/name: LICENSE",
                "lib/owner/name: a.py",
                "lib/pack: LICENSE.txt",
                "lib/pack: pack/__init__.py",
                "lib/pack: pack/sub/COPYING",
                "lib/pack: pack/sub/deep.py",
                "lib/space: LICENSE.txt",
                "lib/space: space/inner/mod.py",
                "lib/venv/lib/site-packages/one.py: LICENSE",
                "lib/venv/lib/site-packages/one.py: one.py",
                "lib/venv/lib/site-packages/two: LICENSE",
                "lib/venv/lib/site-packages/two: two/__init__.py",
                "lib: LICENSE.txt",
                "lib: README",
                "lib: loose.py",
                "lib: other.py",
            ],
            crawl.Paths());
        Assert.All(crawl.Rows(), row => Assert.Equal(RepositoryIds.Of("dir", row.Repository.Name), row.Repository.Id));
    }

    [Fact]
    public async Task Crawl_filesOfReuse_goWithThePackagesBeside()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in (string[])
            ["REUSE.toml", ".reuse/dep5", "LICENSES/MIT.txt", "LICENSES/list.json", "one/__init__.py", "one/part.py.license", "one/REUSE.toml",
             "loose.py", "loose.py.license", "deep/two/__init__.py", "git/.git/HEAD", "git/a.py", "git/LICENSES/ISC.txt", "git/.reuse/dep5"])
        {
            folder.Write("lib/" + file, file);
        }

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "dir:" + folder["lib"]);
        Assert.Equal(
            [
                "lib/deep: .reuse/dep5",
                "lib/deep: LICENSES/MIT.txt",
                "lib/deep: REUSE.toml",
                "lib/deep: deep/two/__init__.py",
                "lib/git: .reuse/dep5",
                "lib/git: LICENSES/ISC.txt",
                "lib/git: a.py",
                "lib/one: .reuse/dep5",
                "lib/one: LICENSES/MIT.txt",
                "lib/one: REUSE.toml",
                "lib/one: one/REUSE.toml",
                "lib/one: one/__init__.py",
                "lib/one: one/part.py.license",
                "lib: .reuse/dep5",
                "lib: LICENSES/MIT.txt",
                "lib: REUSE.toml",
                "lib: loose.py",
                "lib: loose.py.license",
            ],
            crawl.Paths());
    }

    [Fact]
    public async Task Crawl_installedMetadata_goesWithItsPackage()
    {
        using var folder = new TemporaryFolder();
        foreach ((string file, string text) in ((string, string)[])
            [("yaml/__init__.py", ""), ("PyYAML-6.0.dist-info/top_level.txt", "_yaml\nyaml\n"), ("PyYAML-6.0.dist-info/METADATA", "yaml"),
             ("PyYAML-6.0.dist-info/licenses/LICENSE", "mit"), ("six.py", ""),
             ("six-1.16.dist-info/RECORD", "six.py,,\nsix-1.16.dist-info/RECORD,,\n"),
             ("six-1.16.dist-info/METADATA", "six"), ("my_name/x.py", ""), ("My.Name-1.egg-info", "by name"), ("plain/y.py", "")])
        {
            folder.Write("site-packages/" + file, text);
        }

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "dir:" + folder["site-packages"]);
        Assert.Equal(
            [
                "site-packages/my_name: My.Name-1.egg-info/PKG-INFO",
                "site-packages/my_name: my_name/x.py",
                "site-packages/plain: plain/y.py",
                "site-packages/six.py: six-1.16.dist-info/METADATA",
                "site-packages/six.py: six.py",
                "site-packages/yaml: PyYAML-6.0.dist-info/METADATA",
                "site-packages/yaml: PyYAML-6.0.dist-info/licenses/LICENSE",
                "site-packages/yaml: yaml/__init__.py",
            ],
            crawl.Paths());
    }

    [Fact]
    public async Task Crawl_linksOfLicences_areFollowedInsideTheFolderAlone()
    {
        using var folder = new TemporaryFolder();
        folder.Write("outside.txt", "secret");
        folder.Write("p/docs/terms.txt", "terms");
        folder.Write("p/docs/README.md", "read me");
        folder.Write("p/a/.git/LICENSE", "of git");
        folder.Write("p/a/x.py", "x");
        folder.Write("p/b/y.py", "y");
        File.CreateSymbolicLink(folder["p", "LICENSE"], "more/terms.txt");
        File.CreateSymbolicLink(folder["p", "more"], "docs");
        File.CreateSymbolicLink(folder["p", "b", "README"], "../docs/README.md");
        File.CreateSymbolicLink(folder["p", "b", "NOTICE"], "../../outside.txt");
        File.CreateSymbolicLink(folder["p", "b", "COPYING"], "COPYING");
        File.CreateSymbolicLink(folder["p", "a", "COPYING"], ".git/LICENSE");
        File.CreateSymbolicLink(folder["p", "a", "LICENSE"], "../docs/terms.txt");
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "dir:" + folder["p"]);
        Assert.Equal(
            [
                "p/a: COPYING !symlink", "p/a: LICENSE !symlink", "p/a: x.py",
                "p/b: LICENSE", "p/b: b/COPYING !symlink", "p/b: b/NOTICE !symlink", "p/b: b/README", "p/b: b/y.py",
                "p: LICENSE", "p: more !symlink",
            ],
            crawl.Paths());
        Assert.All(
            crawl.Rows().Where(row => row is { Path: "LICENSE", Fault: null }),
            row => Assert.Equal((GitMode.Symlink, BlobId.Of("terms"u8)), (row.Mode, row.BlobId!.Value)));
    }

    [Fact]
    public async Task Crawl_linksAndLargeFiles_areRowsWithoutContent()
    {
        using var folder = new TemporaryFolder();
        folder.Write("p/a/x.py", new string('x', 99));
        folder.Write("p/a/y.py", new string('y', 100));
        folder.Write("p/a/LICENSE", new string('l', 200));
        File.CreateSymbolicLink(folder["p", "a", "link.py"], "x.py");
        File.CreateSymbolicLink(folder["p", "a", "sub"], "/usr/share");
        File.CreateSymbolicLink(folder["p", "a", "broken"], "nowhere");
        File.CreateSymbolicLink(folder["p", "b"], "a");
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.MaxFileBytes = 100;
        await crawl.RunAsync("r", "dir:" + folder["p"]);
        Assert.Equal(
            ["p/a: a/LICENSE", "p/a: a/link.py !symlink", "p/a: a/sub !symlink", "p/a: a/x.py", "p/a: a/y.py !size", "p: b !symlink"],
            crawl.Paths());
        Occurrence large = crawl.Rows().Single(row => row.Fault == "size");
        Assert.Equal((100, null, -1, FileKind.Python), (large.Size, large.BlobId, large.BlobPart, large.Kind));
        Assert.Equal(3, crawl.Run.Manifest.Totals("crawl")["faults.symlink"]);
        Assert.Equal(5, crawl.Run.Manifest.Totals("crawl")["occurrences.python"]);
        Assert.Equal(1, crawl.Run.Manifest.Totals("crawl")["occurrences.license"]);
    }

    [Fact]
    public async Task Scan_unreadableFilesAndFolders_areRowsAndNeverLost()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in (string[])["p/a/x.py", "p/a/closed/y.py", "p/only/closed/z.py", "p/closed/w.py", "p/m.py"])
        {
            folder.Write(file, "");
        }

        var files = new ClosedFileSystem(["closed", "x.py"]);
        var source = new FolderSource("dir:p", folder["p"], files) { Name = "p" };
        var context = new ScanContext(new CrawlOptions(), "", "", _ => -1);
        SourceScan scan = await source.ScanAsync(context, CancellationToken.None);
        var rows = new List<string>();
        foreach (ISourceRepository repository in scan.Repositories)
        {
            using IOpenRepository open = await repository.OpenAsync(CancellationToken.None);
            foreach (FoundFile file in await open.ListAsync(CancellationToken.None))
            {
                rows.Add($"{open.Facts.Name}: {file.Path} {file.Fault ?? open.Read(file).Fault}");
            }
        }

        rows.Sort(StringComparer.Ordinal);
        Assert.Equal(
            ["p/a: a/closed unreadable", "p/a: a/x.py unreadable", "p/only: only/closed unreadable", "p: closed unreadable", "p: m.py "],
            rows);
    }

    [Fact]
    public async Task Crawl_unreadableFile_isAnEvent()
    {
        using var folder = new TemporaryFolder();
        string pipe = folder["p", "a", "pipe.py"];
        folder.Write("p/a/x.py", "");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync();
        }

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "dir:" + folder["p"]);
        Assert.Equal(["p/a: a/pipe.py !unreadable", "p/a: a/x.py"], crawl.Paths());
        FileFault fault = Assert.Single(crawl.Events.OfType<FileFault>());
        Assert.Equal(("crawl", "p/a a/pipe.py", "unreadable"), (fault.Stage, fault.Where, fault.Rule));
    }

    [Fact]
    public async Task Crawl_deepFolder_isARowAtTheLimit()
    {
        using var folder = new TemporaryFolder();
        folder.Write("p/a/b/c/d/e.py", "");
        folder.Write("p/a/x.py", "");
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.MaxFolderDepth = 2;
        await crawl.RunAsync("r", "dir:" + folder["p"]);
        Assert.Equal(["p/a: a/b/c/d !limit", "p/a: a/x.py"], crawl.Paths());
    }

    [Fact]
    public async Task Crawl_limits_markFurtherFilesInOrderOfPaths()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 5; i++)
        {
            folder.Write($"p/a/{i}.py", new string('x', 10));
        }

        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.MaxRepositoryFiles = 3;
        Assert.Equal(
            ["p/a: a/0.py", "p/a: a/1.py", "p/a: a/2.py", "p/a: a/3.py !limit", "p/a: a/4.py !limit"],
            (await crawl.RunAsync("files", "dir:" + folder["p"])).Paths());
        (crawl.Options.MaxRepositoryFiles, crawl.Options.MaxRepositoryBytes) = (100, 25);
        Assert.Equal(
            ["p/a: a/0.py", "p/a: a/1.py", "p/a: a/2.py !limit", "p/a: a/3.py !limit", "p/a: a/4.py !limit"],
            (await crawl.RunAsync("bytes", "dir:" + folder["p"])).Paths());
    }

    [Fact]
    public async Task Crawl_foldersOfOneName_getLongerNames()
    {
        using var folder = new TemporaryFolder();
        foreach (string root in (string[])["one/lib", "two/lib", "three/lib"])
        {
            folder.Write(root + "/p/x.py", root);
        }

        var crawl = new TestCrawl(folder["w"]);
        await crawl.RunAsync("r", "dir:" + folder["two", "lib"], "dir:" + folder["one", "lib"]);
        Assert.Equal(["one/lib/p: p/x.py", "two/lib/p: p/x.py"], crawl.Paths());
        await crawl.RunAsync("s", "dir:" + folder["one", "lib"], "dir:" + folder["three", "lib"], "dir:" + folder["three", "lib"] + "/.");
        Assert.Equal(["lib/p: p/x.py", "one/lib/p: p/x.py"], crawl.Paths());
    }

    [Fact]
    public async Task Crawl_noSuchFolder_wrongUse()
    {
        using var folder = new TemporaryFolder();
        foreach (string source in (string[])["dir:" + folder["gone"], "dir:", "gone", "github:", "jsonl:" + folder["gone"], "parquet:" + folder.Path])
        {
            DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => new TestCrawl(folder["w"]).RunAsync("r", source));
            Assert.Equal(2, fault.ExitCode);
            Assert.Contains(source, fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault.Message);
        }

        Assert.Equal(2, (await Assert.ThrowsAsync<DataForgeException>(() => new TestCrawl(folder["w"]).RunAsync("r"))).ExitCode);
    }

    // Folders and files of these names cannot be read; root may read everything, so no mode serves here.
    private sealed class ClosedFileSystem(string[] names) : FileSystem
    {
        public override FolderEntry[]? List(byte[] folder, out string? fault)
        {
            fault = "Permission denied";
            return IsClosed(folder) ? null : base.List(folder, out fault);
        }

        public override ReadFile Read(byte[] path, long expected, int max) =>
            IsClosed(path) ? ReadFile.Faulty(RuleNames.Unreadable, "Permission denied") : base.Read(path, expected, max);

        private bool IsClosed(byte[] path) => names.Contains(Path.GetFileName(System.Text.Encoding.UTF8.GetString(path)));
    }
}
