using System.Text;
using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Git;

public class GitSourceTests
{
    [Fact]
    public async Task Crawl_bareRepository_hasTheIdsOfLsTree()
    {
        string? library = RealPython.StandardLibrary;
        Assert.SkipWhen(library is null, "no Python standard library on this machine");
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(library, "*.py").Concat(Directory.EnumerateFiles(Path.Combine(library, "email"), "*.py")))
        {
            string copy = folder["work", Path.GetRelativePath(library, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        folder.Write("work/LICENSE", "MIT");
        folder.Write("work/deep/er/README.md", "words");
        folder.Write("work/skipped.txt", "neither Python nor evidence");
        TestGit.Run(folder["work"], "init", "-q", "--initial-branch=main");
        TestGit.Run(folder["work"], "add", "--chmod=+x", "argparse.py");
        TestGit.Run(folder["work"], "config", "core.fileMode", "false");
        string commit = TestGit.CommitAll(folder["work"]);
        TestGit.Run(folder.Path, "clone", "-q", "--bare", folder["work"], folder["code.git"]);
        TestGit.Run(folder["code.git"], "gc", "-q");

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "git:" + folder["code.git"]);

        string[] expected = [.. TestGit.Run(folder["code.git"], "ls-tree", "-r", "-l", "HEAD").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts[4] != "skipped.txt")
            .Select(parts => $"{parts[0]} {parts[2]} {parts[3]} {parts[4]}").Order(StringComparer.Ordinal)];
        List<Occurrence> rows = crawl.Rows();
        Assert.Equal(
            expected,
            rows.Select(row => $"{Convert.ToString(row.Mode, 8)} {row.BlobId} {row.Size} {row.Path}").Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(("code", commit, "git", null), (row.Repository.Name, row.Repository.Commit, row.Repository.Source, row.Fault)));
        Assert.All(crawl.Contents(0), content => Assert.Equal(content.Key, BlobId.Of(content.Value)));
    }

    [Fact]
    public async Task Crawl_linkedWorktree_hasNamesThatAreNoTextAsTheirBytes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("work/a.py", "a");
        TestGit.CommitAll(folder["work"]);
        string blob = TestGit.Run(folder["work"], "hash-object", "-w", "a.py").Trim();
        string tree = MakeTree(folder["work"], ($"100644 blob {blob}\t", [.. "bad"u8, 0xFF, .. ".py"u8]));
        string commit = TestGit.Run(folder["work"], "commit-tree", "-m", "strange", tree).Trim();
        TestGit.Run(folder["work"], "worktree", "add", "-q", "--no-checkout", "--detach", folder["linked"], commit);

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "git:" + folder["linked"]);
        Assert.Equal(["linked: bad%FF.py"], crawl.Paths());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Crawl_linksOfLicences_areFollowedInsideTheTreeAlone(bool isFetched)
    {
        using var folder = new TemporaryFolder();
        folder.Write("work/docs/terms", "terms");
        folder.Write("work/pkg/a.py", "a");
        foreach ((string path, string target) in ((string, string)[])
            [("LICENSE", "more/terms"), ("more", "docs"), ("pkg/LICENSE", "../LICENSE"), ("pkg/COPYING", "../../work/LICENSE"), ("NOTICE", "/etc/passwd"),
             ("README", "docs"), ("pkg/NOTICE", "LICENCE"), ("pkg/LICENCE", "NOTICE"), ("pkg/b.py", "a.py")])
        {
            File.CreateSymbolicLink(folder["work", path], target);
        }

        TestGit.CommitAll(folder["work"]);
        TestGit.Run(folder["work"], "config", "uploadpack.allowFilter", "true");
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", (isFetched ? "git:file://" : "git:") + folder["work"]);
        Assert.Equal(
            [
                "work: LICENSE", "work: NOTICE !symlink", "work: README !symlink", "work: pkg/COPYING !symlink", "work: pkg/LICENCE !symlink",
                "work: pkg/LICENSE", "work: pkg/NOTICE !symlink", "work: pkg/a.py", "work: pkg/b.py !symlink",
            ],
            crawl.Paths());
        Assert.All(
            crawl.Rows().Where(row => row is { Kind: FileKind.License, Fault: null }),
            row => Assert.Equal((0xA000, BlobId.Of("terms"u8), 5), (row.Mode, row.BlobId!.Value, row.Size)));
    }

    [Fact]
    public async Task Crawl_strangeTree_rowsForLinksAndNamesThatAreNoText()
    {
        using var folder = new TemporaryFolder();
        folder.Write("work/a.py", "a");
        folder.Write("work/100%41.py", "b");
        File.CreateSymbolicLink(folder["work", "link.py"], "a.py");
        TestGit.CommitAll(folder["work"]);
        string blob = TestGit.Run(folder["work"], "rev-parse", "HEAD:a.py").Trim();

        // A name of the bytes FF FE, and one that leads out of the repository.
        string tree = MakeTree(
            folder["work"], ($"100644 blob {blob}\t", [0xFF, 0xFE, .. ".py"u8]), ($"100644 blob {blob}\t", "x.py"u8.ToArray()));
        string hostile = MakeTree(folder["work"], ($"040000 tree {tree}\t", ".."u8.ToArray()), ($"040000 tree {tree}\t", "z"u8.ToArray()));
        string root = TestGit.Run(folder["work"], "commit-tree", "-m", "x", hostile).Trim();
        TestGit.Run(folder["work"], "branch", "hostile", root);
        TestCrawl plain = await new TestCrawl(folder["w"]).RunAsync("plain", "git:" + folder["work"]);
        Assert.Equal(["work: 100%2541.py", "work: a.py", "work: link.py !symlink"], plain.Paths());

        TestGit.Run(folder["work"], "symbolic-ref", "HEAD", "refs/heads/hostile");
        TestCrawl strange = await new TestCrawl(folder["w"]).RunAsync("strange", "git:" + folder["work"]);
        Assert.Equal(["work: ../%FF%FE.py !path", "work: ../x.py !path", "work: z/%FF%FE.py", "work: z/x.py"], strange.Paths());
        Assert.Equal(2, strange.Rows()[0].Repository.Snapshot);
    }

    [Fact]
    public async Task Crawl_treeThatRepeatsItself_endsAtTheLimit()
    {
        using var folder = new TemporaryFolder();
        folder.Write("work/a.py", "a");
        TestGit.CommitAll(folder["work"]);
        string blob = TestGit.Run(folder["work"], "rev-parse", "HEAD:a.py").Trim();
        string tree = MakeTree(
            folder["work"], [.. Enumerable.Range(0, 10).Select(i => ($"100644 blob {blob}\t", Encoding.ASCII.GetBytes($"f{i}.py")))]);
        for (int level = 0; level < 8; level++)
        {
            string below = tree;
            tree = MakeTree(
                folder["work"], [.. Enumerable.Range(0, 10).Select(i => ($"040000 tree {below}\t", Encoding.ASCII.GetBytes($"d{i}")))]);
        }

        string root = TestGit.Run(folder["work"], "commit-tree", "-m", "bomb", tree).Trim();
        TestGit.Run(folder["work"], "reset", "-q", "--soft", root);
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.MaxRepositoryFiles = 50;
        await crawl.RunAsync("r", "git:" + folder["work"]);
        Assert.Equal(50, crawl.Rows().Count(row => row.Fault is null));
        Assert.All(crawl.Rows().Where(row => row.Fault is not null), row => Assert.Equal("limit", row.Fault));
        Assert.InRange(crawl.Rows().Count, 51, 300);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Crawl_address_fetchesOneCommitAndReadsIt(bool partial)
    {
        using var folder = new TemporaryFolder();
        folder.Write("work/old.py", "old");
        TestGit.CommitAll(folder["work"]);
        File.Delete(folder["work", "old.py"]);
        folder.Write("work/pkg/a.py", "a = 1\n");
        folder.Write("work/LICENSE", "MIT");
        folder.Write("work/large.bin", new string('x', 100_000));
        string commit = TestGit.CommitAll(folder["work"]);
        TestGit.Run(folder["work"], "config", "uploadpack.allowFilter", partial ? "true" : "false");
        string address = "git:file://" + folder["work"];

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", address);
        Assert.Equal(["work: LICENSE", "work: pkg/a.py"], crawl.Paths());
        Assert.All(crawl.Rows(), row => Assert.Equal(commit, row.Repository.Commit));
        string mirror = Assert.Single(Directory.GetDirectories(folder["w", "mirrors"]));
        string objects = TestGit.Run(mirror, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize)");
        Assert.Equal(!partial, objects.Contains("blob 100000", StringComparison.Ordinal));

        // The same commit again: nothing is written. A later one: only what is new is stored.
        string[] before = crawl.RawHashes();
        await crawl.RunAsync("again", address);
        Assert.Equal(before, crawl.RawHashes());
        folder.Write("work/pkg/b.py", "b = 2\n");
        TestGit.CommitAll(folder["work"]);
        await crawl.RunAsync("later", address);
        Assert.Equal(["work: LICENSE", "work: pkg/a.py", "work: pkg/b.py"], crawl.Paths());
        Assert.Equal(BlobId.Of("b = 2\n"u8), Assert.Single(crawl.Contents(1)).Key);
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("branch")]
    [InlineData("tag")]
    [InlineData("tagWithMessage")]
    public async Task Crawl_addressWithRevision_readsThatCommit(string kind)
    {
        using var folder = new TemporaryFolder();
        folder.Write("work/old.py", "old = 1\n");
        string old = TestGit.CommitAll(folder["work"]);
        TestGit.Run(folder["work"], "branch", "a/branch");
        TestGit.Run(folder["work"], "tag", "v1");
        TestGit.Run(folder["work"], "tag", "-a", "-m", "message", "v2");
        folder.Write("work/new.py", "new = 2\n");
        TestGit.CommitAll(folder["work"]);
        string revision = kind switch { "commit" => old, "branch" => "a/branch", "tag" => "v1", _ => "v2" };
        string source = $"git:file://{folder["work"]}#{revision}";

        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", source);
        Assert.Equal(["work: old.py"], crawl.Paths());
        Assert.All(crawl.Rows(), row => Assert.Equal(old, row.Repository.Commit));
        string[] before = crawl.RawHashes();
        await crawl.RunAsync("again", source);
        Assert.Equal(before, crawl.RawHashes());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("no-such-branch")]
    public async Task Crawl_addressWithUnknownRevision_wrongUse(string revision)
    {
        using var folder = new TemporaryFolder();
        folder.Write("work/a.py", "a = 1\n");
        TestGit.CommitAll(folder["work"]);
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => new TestCrawl(folder["w"]).RunAsync("r", $"git:file://{folder["work"]}#{revision}"));
        Assert.Equal(DataForgeException.WrongUse, fault.ExitCode);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public async Task Crawl_noRepositoryOrNoCommit_wrongUse()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["plain"]);
        TestGit.Run(folder.Path, "init", "-q", folder["empty"]);
        var crawl = new TestCrawl(folder["w"]);
        foreach (string source in (string[])[folder["plain"], folder["empty"], "file://" + folder["empty"], "ext::sh -c id", "ftp://example.org/x.git"])
        {
            DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("r", "git:" + source));
            Assert.Equal(2, fault.ExitCode);
            Assert.DoesNotContain('\n', fault.Message);
        }

        DataForgeException missing = await Assert.ThrowsAsync<DataForgeException>(() => crawl.RunAsync("r", "git:file://" + folder["gone"]));
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("cannot be fetched", missing.Message, StringComparison.Ordinal);
    }

    // git mktree refuses some names, so the object is written as it stands: mode SP name NUL id.
    private static string MakeTree(string folder, params (string Head, byte[] Name)[] entries)
    {
        using var content = new MemoryStream();
        foreach ((string head, byte[] name) in entries)
        {
            string[] parts = head.Trim().Split(' ');
            content.Write(Encoding.ASCII.GetBytes(parts[0].TrimStart('0') + " "));
            content.Write(name);
            content.WriteByte(0);
            content.Write(Convert.FromHexString(parts[2]));
        }

        string file = Path.Combine(folder, "..", "tree.bin");
        File.WriteAllBytes(file, content.ToArray());
        return TestGit.Run(folder, "hash-object", "-t", "tree", "--literally", "-w", file).Trim();
    }
}
