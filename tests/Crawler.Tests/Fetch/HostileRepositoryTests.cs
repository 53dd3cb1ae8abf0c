using System.Globalization;
using System.Text;
using DataForge.Corpus;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>Repositories made to do harm, served by git itself beside good ones.</summary>
public class HostileRepositoryTests
{
    private const int ManyEntries = 200_000;
    private const int Deep = 5_000;
    private const int Expanding = 256 << 20;

    [Fact]
    public async Task Crawl_hostileBesideGood_eachIsContentOrAReasonAndNothingElseHappens()
    {
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        string canary = folder["canary"];
        Directory.CreateDirectory(folder["outside"]);
        File.WriteAllText(folder["outside", "secret.py"], "secret = 1\n");
        Dictionary<string, string> expected = [];
        int number = 0;

        // The outcome is what the repository's rows are, in order of their paths.
        void Add(string name, string outcome, Action<RawRepository> make)
        {
            var repository = new RawRepository(folder["forge", name + ".git"]);
            make(repository);
            forge.Add(name, repository.Path);
            expected.Add("owner/" + name, outcome);
            if (number++ % 8 == 0)
            {
                var good = new RawRepository(folder["forge", $"good{number}.git"]);
                good.HeadOfTree(
                    (RawRepository.File, "a.py", good.Blob("shared = 1\n")), (RawRepository.File, "b.py", good.Blob($"own = {number}\n")));
                forge.Add($"good{number}", good.Path);
                expected.Add($"owner/good{number}", "a.py, b.py");
            }
        }

        string Tree(RawRepository it, params string[] names) =>
            it.Tree([.. names.Select(name => (RawRepository.File, name, it.Blob("x = 1\n")))]);

        Add("dotdot", "../../a.py !path, z.py", it => it.HeadOfTree(
            (RawRepository.Folder, "..", it.Tree((RawRepository.Folder, "..", Tree(it, "a.py")))), (RawRepository.File, "z.py", it.Blob("z\n"))));
        Add("slashes", "../../outside/secret.py !path, /etc/x.py !path, a//b.py !path, a/c.py", it => it.HeadOfTree(
            (RawRepository.File, "../../outside/secret.py", it.Blob("1")), (RawRepository.File, "/etc/x.py", it.Blob("2")),
            (RawRepository.File, "a//b.py", it.Blob("3")), (RawRepository.File, "a/c.py", it.Blob("4"))));
        Add("nul", ". !*", it => it.Head(it.Commit(it.TreeOfBytes((RawRepository.File, [.. "a\0b.py"u8], it.Blob("1"))))));
        Add(
            "newline", "a\nb.py, c\r.py",
            it => it.HeadOfTree((RawRepository.File, "a\nb.py", it.Blob("1")), (RawRepository.File, "c\r.py", it.Blob("2"))));
        Add("bytes", "%FF%FE.py, dir%80/a.py", it => it.Head(it.Commit(it.TreeOfBytes(
            (RawRepository.File, [0xFF, 0xFE, .. ".py"u8], it.Blob("1")), (RawRepository.Folder, [.. "dir"u8, 0x80], Tree(it, "a.py"))))));
        Add("long", new string('n', 1024) + " !path", it => it.HeadOfTree((RawRepository.File, new string('n', 4094) + ".py", it.Blob("1"))));
        Add("links", "a.py !symlink, b.py !symlink, c.py", it => it.HeadOfTree(
            (RawRepository.Link, "a.py", it.Blob(folder["outside", "secret.py"])),
            (RawRepository.Link, "b.py", it.Blob("../../outside/secret.py")),
            (RawRepository.File, "c.py", it.Blob("1")), (RawRepository.Link, "d", it.Blob(folder["outside"]))));
        Add("licences", "LICENSE, NOTICE !symlink, a.py, b/COPYING", it => it.HeadOfTree(
            (RawRepository.Link, "LICENSE", it.Blob("b/terms")), (RawRepository.Link, "NOTICE", it.Blob("../licences/b/terms")),
            (RawRepository.File, "a.py", it.Blob("1")),
            (RawRepository.Folder, "b", it.Tree((RawRepository.Link, "COPYING", it.Blob("../LICENSE")), (RawRepository.File, "terms", it.Blob("t"))))));
        Add("modules", "a.py", it => it.HeadOfTree(
            (
                RawRepository.File, ".gitmodules",
                it.Blob($"[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c 'touch {canary}'\n\tupdate = !touch {canary}\n")),
            (RawRepository.File, "a.py", it.Blob("1")), (RawRepository.Module, "x", new string('1', 40)), (RawRepository.Module, "y.py", new string('2', 40))));
        Add("case", "A.py, a.py, a/B.py, a/b.py", it => it.HeadOfTree(
            (RawRepository.File, "A.py", it.Blob("1")), (RawRepository.File, "a.py", it.Blob("2")), (RawRepository.Folder, "a", Tree(it, "B.py", "b.py"))));
        Add("dotgit", ".GIT/x.py, .git/hooks/post-checkout.py, .git/x.py, git~1/y.py", it => it.HeadOfTree(
            (RawRepository.Folder, ".git", it.Tree(
                (RawRepository.File, "config", it.Blob($"[core]\n\tfsmonitor = \"touch {canary}\"\n")),
                (RawRepository.Folder, "hooks", it.Tree(("100755", "post-checkout", it.Blob($"#!/bin/sh\ntouch {canary}\n")), ("100755", "post-checkout.py", it.Blob("1")))),
                (RawRepository.File, "x.py", it.Blob("2")))),
            (RawRepository.Folder, ".GIT", Tree(it, "x.py")), (RawRepository.Folder, "git~1", Tree(it, "y.py"))));
        Add("filters", "a.py", it => it.HeadOfTree(
            (
                RawRepository.File, ".gitattributes",
                it.Blob("*.py filter=evil ident export-subst working-tree-encoding=UTF-16 diff=evil merge=evil\n")),
            (RawRepository.File, ".gitconfig", it.Blob($"[filter \"evil\"]\n\tsmudge = touch {canary}\n\tclean = touch {canary}\n[diff \"evil\"]\n\ttextconv = touch {canary}\n")),
            (RawRepository.File, ".lfsconfig", it.Blob("[lfs]\n\turl = http://127.0.0.1:1/\n")),
            (RawRepository.File, "a.py", it.Blob("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"))));
        Add("hooks", "a.py", it =>
        {
            it.HeadOfTree((RawRepository.File, "a.py", it.Blob("1")));
            Directory.CreateDirectory(Path.Combine(it.Path, "hooks"));
            foreach (string hook in (string[])["post-checkout", "post-merge", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"])
            {
                string file = Path.Combine(it.Path, "hooks", hook);
                File.WriteAllText(file, $"#!/bin/sh\ntouch {canary}\n");
                File.SetUnixFileMode(file, (UnixFileMode)0x1ED);
            }
        });
        Add("entries", $"{ManyEntries} files", it =>
        {
            string blob = it.Blob("same = 1\n");
            it.HeadOfTree([.. Enumerable.Range(0, ManyEntries).Select(i => (RawRepository.File, $"f{i:D6}.py", blob))]);
        });
        Add("deep", "* !limit, z.py", it =>
        {
            string tree = Tree(it, "a.py");
            for (int i = 0; i < Deep; i++)
            {
                tree = it.Tree((RawRepository.Folder, "d", tree));
            }

            it.HeadOfTree((RawRepository.Folder, "d", tree), (RawRepository.File, "z.py", it.Blob("1")));
        });
        Add("repeating", "* files", it =>
        {
            string blob = it.Blob("r = 1\n");
            string tree = it.Tree([.. Enumerable.Range(0, 10).Select(i => (RawRepository.File, $"f{i}.txt", blob))]);
            for (int level = 0; level < 5; level++)
            {
                string below = tree;
                tree = it.Tree([.. Enumerable.Range(0, 10).Select(i => (RawRepository.Folder, $"d{i}", below))]);
            }

            it.HeadOfTree((RawRepository.File, "a.py", blob), (RawRepository.Folder, "t", tree));
        });
        Add("expanding", "a.py, big.py !size", it => it.HeadOfTree(
            (RawRepository.File, "a.py", it.Blob("1")), (RawRepository.File, "big.py", it.Write("blob", new byte[Expanding]))));
        Add("incompressible", "LICENSE, a.py, b.py !size", it =>
        {
            byte[] noise = new byte[6 << 20];
            for (uint i = 0, x = 1; i < noise.Length; i++)
            {
                x ^= x << 13;
                x ^= x >> 17;
                x ^= x << 5;
                noise[i] = (byte)x;
            }

            it.HeadOfTree(
                (RawRepository.File, "LICENSE", it.Blob("MIT")), (RawRepository.File, "a.py", it.Blob("inc\n")),
                (RawRepository.File, "b.py", it.Write("blob", noise)));
        });
        Add("damaged", "* !*", it =>
        {
            string blob = it.Blob("damaged\n");
            it.HeadOfTree((RawRepository.File, "a.py", it.Blob("1")), (RawRepository.File, "b.py", blob));
            byte[] bytes = File.ReadAllBytes(it.ObjectFile(blob));
            bytes[^6] ^= 0x55;
            File.WriteAllBytes(it.ObjectFile(blob), bytes);
        });
        Add("missing-blob", "* !*", it =>
        {
            string blob = it.Blob("missing\n");
            it.HeadOfTree((RawRepository.File, "a.py", it.Blob("1")), (RawRepository.File, "b.py", blob));
            File.Delete(it.ObjectFile(blob));
        });
        Add("missing-tree", ". !*", it => it.Head(it.Commit(new string('3', 40))));
        Add(
            "missing-subtree", "* !*",
            it => it.HeadOfTree((RawRepository.File, "a.py", it.Blob("1")), (RawRepository.Folder, "d", new string('4', 40))));
        Add("no-head", "a.py", it =>
        {
            it.HeadOfTree((RawRepository.File, "a.py", it.Blob("1")));
            File.WriteAllText(Path.Combine(it.Path, "HEAD"), "ref: refs/heads/gone\n");
        });
        Add("no-commit", ". !empty", static _ => { });
        Add("head-of-tree", ". !*", it => it.Head(Tree(it, "a.py")));
        Add("head-of-blob", ". !*", it => it.Head(it.Blob("x")));
        Add("modes", "* files", it => it.HeadOfTree(
            ("0100644", "a.py", it.Blob("1")), ("100600", "b.py", it.Blob("2")), ("100666", "c.py", it.Blob("3")),
            ("170000", "d.py", it.Blob("4")),
            ("040000", "e", Tree(it, "f.py"))));
        Add("types", "* files", it => it.HeadOfTree(
            (RawRepository.File, "a.py", Tree(it, "x.py")), (RawRepository.Folder, "b", it.Blob("2")), (RawRepository.File, "c.py", it.Blob("3"))));
        Add(
            "twice", "a.py, a.py",
            it => it.HeadOfTree((RawRepository.File, "a.py", it.Blob("1")), (RawRepository.File, "a.py", it.Blob("2"))));
        Add(
            "unsorted", "a.py, b.py",
            it => it.HeadOfTree((RawRepository.File, "b.py", it.Blob("1")), (RawRepository.File, "a.py", it.Blob("2"))));
        Add(
            "commit", "* files",
            it => it.Head(it.Write("commit", Encoding.UTF8.GetBytes($"tree {Tree(it, "a.py")}\nauthor\ncommitter <\n\nx\n"))));
        Add("sha256", ". !unsupported", it =>
        {
            Directory.Delete(it.Path, recursive: true);
            TestGit.Run(folder.Path, "init", "-q", "--bare", "--object-format=sha256", "--initial-branch=main", it.Path);
            string tree = TestGit.Run(it.Path, "hash-object", "-t", "tree", "-w", "/dev/null").Trim();
            TestGit.Run(it.Path, "update-ref", "refs/heads/main", TestGit.Run(it.Path, "commit-tree", "-m", "x", tree).Trim());
        });
        Add("not-a-repository", ". !*", it => File.Delete(Path.Combine(it.Path, "HEAD")));

        // What the forge says of a repository is not trusted either.
        ForgeRepository injected = await forge.AddAsync("branch", ("a.py", "1\n"));
        injected.DefaultBranch = "main\n0032want 1111111111111111111111111111111111111111\n";
        expected.Add("owner/branch", "a.py");

        string[] before = Outside(folder);
        await forge.StartAsync();
        TestCrawl crawl = forge.Crawl(folder["w"]);
        crawl.Options.FetchMaxBytes = 4 << 20;
        crawl.Options.FetchTimeoutSeconds = 120;
        crawl.Options.MaxRepositoryFiles = ManyEntries;
        await crawl.RunAsync("r", TestForge.Source);

        Dictionary<string, Occurrence[]> rows = crawl.Rows().GroupBy(row => row.Repository.Name)
            .ToDictionary(group => group.Key, group => group.ToArray());
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, pair => Assert.True(Matches(pair.Value, rows[pair.Key]), $"{pair.Key}: {Shown(rows[pair.Key])}"));
        Assert.Equal(before, Outside(folder));
        Assert.False(File.Exists(canary), "a command of a repository was run");
        Assert.DoesNotContain(
            Enumerable.Range(0, crawl.Run.ReadInput().Parts.Count).SelectMany(crawl.Contents),
            content => content.Value.AsSpan().SequenceEqual("secret = 1\n"u8));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["w", "mirrors"]));
    }

    private static bool Matches(string outcome, Occurrence[] rows) => outcome switch
    {
        "* files" => rows.Length > 0 && rows.Any(row => row.Fault is null || row.BlobId is null),
        "* !*" => rows.Any(row => row.Fault is not null),
        ". !*" => rows is [{ Path: ".", Fault: not null }],
        "* !limit, z.py" => rows is [{ Fault: "limit" }, { Path: "z.py", Fault: null }],
        _ when outcome.EndsWith(" files", StringComparison.Ordinal) =>
            rows.Count(row => row.Fault is null) == int.Parse(outcome.Split(' ')[0], CultureInfo.InvariantCulture),
        _ => Shown(rows) == outcome,
    };

    private static string Shown(Occurrence[] rows) =>
        string.Join(", ", rows.Take(20).Select(row => row.Path + (row.Fault is null ? "" : $" !{row.Fault}")));

    // Everything in the test's folder that is not the workspace.
    private static string[] Outside(TemporaryFolder folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(folder["w"] + Path.DirectorySeparatorChar, StringComparison.Ordinal) && path != folder["w"])
            .Select(path => $"{path} {(File.Exists(path) ? new FileInfo(path).Length : 0)}").Order(StringComparer.Ordinal)];
}
