using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>Servers that answer to do harm.</summary>
public class HostileServerTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task Crawl_answersMadeToHarm_eachIsAReasonAndGoodOnesAreRead()
    {
        using var folder = new TemporaryFolder();
        using var forge = new FakeForge();
        byte[] blob = "a = 1\n"u8.ToArray();
        string blobId = RawRepository.Id("blob", blob);
        byte[] tree = RawRepository.TreeContent((RawRepository.File, "a.py"u8.ToArray(), blobId));
        byte[] commit = RawRepository.CommitContent(RawRepository.Id("tree", tree));
        byte[] sound = new PackBuilder().Add(PackBuilder.Commit, commit).Add(PackBuilder.Tree, tree).Add(PackBuilder.Blob, blob).Build();
        Dictionary<string, string> expected = new() { ["good"] = "a.py" };
        forge.SetPack("good", sound);

        void Expect(string name, string rule) => expected.Add(name, $". !{rule}");
        void Pack(string name, string rule, byte[] pack)
        {
            Expect(name, rule);
            forge.SetPack(name, pack);
        }

        Pack("checksum", "corrupt", [.. sound[..^1], (byte)(sound[^1] ^ 1)]);
        Pack("short", "corrupt", sound[..(sound.Length / 2)]);
        Pack("junk-behind", "corrupt", [.. sound[..^20], .. "junk"u8, .. sound[^20..]]);
        Pack("no-pack", "corrupt", Encoding.ASCII.GetBytes("#!/bin/sh\ntouch canary\n"));
        Pack("other-commit", "unreadable", new PackBuilder().Add(PackBuilder.Tree, tree).Build());
        Pack(
            "no-base", "corrupt",
            new PackBuilder().Add(PackBuilder.Commit, commit).AddDelta(new string('5', 40), PackBuilder.CopyDelta(65536, 1)).Build());
        Pack("count", "limit", new PackBuilder().Add(PackBuilder.Commit, commit).Build(uint.MaxValue));
        Pack("declared", "limit", new PackBuilder().Add(PackBuilder.Tree, tree, declared: 64L << 30).Build());
        byte[] zeros = new byte[65536];
        Pack("delta-bomb", "limit", new PackBuilder().Add(PackBuilder.Commit, commit).Add(PackBuilder.Tree, tree).Add(PackBuilder.Blob, zeros)
            .AddDelta(RawRepository.Id("blob", zeros), PackBuilder.CopyDelta(zeros.Length, 200_000)).Build());
        Pack("tree-bomb", "unreadable", new PackBuilder().Add(PackBuilder.Tree, new byte[128 * Megabyte]).Build());

        Expect("html", "unsupported");
        forge.SetBody("html", "<!DOCTYPE html><html>Sign in</html>"u8.ToArray());
        Expect("hash", "unsupported");
        forge.SetBody("hash", "002fERR mismatched object format: server sha256\n"u8.ToArray());
        Expect("words", "refused");
        forge.SetBody("words", "001bERR \u001b[31mgo away\u0007\u001b]0;\u0007\n"u8.ToArray());
        Expect("cut", "unreachable");
        forge.SetBody("cut", FakeForge.Packets(sound)[..^30]);
        Expect("band-fault", "refused");
        forge.SetBody("band-fault", [.. "000dpackfile\n0014"u8, 3, .. "out of order...0000"u8]);
        Expect("nothing", "unreachable");
        forge.SetBody("nothing", []);
        foreach ((string name, int status, string rule) in ((string, int, string)[])[("s401", 401, "private"), ("s403", 403, "blocked"), ("s404", 404, "vanished"), ("s410", 410, "vanished"), ("s451", 451, "blocked"), ("s500", 500, "unreachable"), ("s418", 418, "refused")])
        {
            Expect(name, rule);
            forge.SetStatus(name, status);
        }

        foreach ((string name, string target) in ((string, string)[])[("to-file", "file:///etc/passwd"), ("to-host", "http://127.0.0.2:9/x/git-upload-pack"), ("to-user", $"http://u:p@{forge.Address.Authority}/o/good.git/git-upload-pack"), ("in-circles", "/o/in-circles.git/git-upload-pack"), ("to-ext", "ext::sh -c id")])
        {
            Expect(name, "refused");
            forge.SetStatus(name, 302, $"Location: {target}\r\n");
        }

        Expect("endless", "limit");
        forge.Set("endless", async stream =>
        {
            await FakeForge.StartAsync(stream);

            // A blob of 64 GiB, deflated as stored blocks of 60,000 bytes.
            byte[] head = new PackBuilder().AddHead(PackBuilder.Blob, 64L << 30).Build();
            await stream.WriteAsync(FakeForge.Packets([.. head[..^20], 0x78, 0x01]));
            byte[] block = FakeForge.Packets([0, 0x60, 0xEA, 0x9F, 0x15, .. new byte[60_000]]);
            while (true)
            {
                await stream.WriteAsync(block.AsMemory(13));
            }
        });
        Expect("progress", "limit");
        forge.Set("progress", async stream =>
        {
            await FakeForge.StartAsync(stream);
            byte[] packet = [.. "03e8"u8, 2, .. new byte[995]];
            await stream.WriteAsync("000dpackfile\n"u8.ToArray());
            while (true)
            {
                await stream.WriteAsync(packet);
            }
        });
        Expect("headers", "unreachable");
        forge.Set("headers", async stream =>
        {
            await FakeForge.WriteAsync(stream, "HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await FakeForge.WriteAsync(stream, $"X: {new string('x', 4000)}\r\n");
            }
        });
        Expect("drip", "timeout");
        forge.Set("drip", async stream =>
        {
            await FakeForge.StartAsync(stream);
            foreach (byte b in FakeForge.Packets(sound))
            {
                await stream.WriteAsync(new[] { b });
                await Task.Delay(500);
            }
        });
        Expect("silent", "timeout");
        forge.Set("silent", static _ => Task.Delay(60_000));

        TestCrawl crawl = Crawl(folder["w"], forge, RawRepository.Id("commit", commit), expected.Keys);
        crawl.Options.FetchMaxBytes = 2 * Megabyte;
        crawl.Options.FetchTimeoutSeconds = 25;
        await crawl.RunAsync("r", "pinned:" + folder["w.jsonl"]);

        Dictionary<string, string> rows = crawl.Rows().GroupBy(row => row.Repository.Name[2..]).ToDictionary(
            group => group.Key, group => string.Join(", ", group.Select(row => row.Path + (row.Fault is null ? "" : $" !{row.Fault}"))));
        Assert.All(expected, pair => Assert.True(pair.Value == rows[pair.Key], $"{pair.Key}: {rows[pair.Key]}, not {pair.Value}"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["w", "mirrors"]));
        Assert.InRange(Process.GetCurrentProcess().PeakWorkingSet64, 0, 1500 * Megabyte);
        FileFault words = crawl.Events.OfType<FileFault>().Single(fault => fault.Where.StartsWith("o/words ", StringComparison.Ordinal));
        Assert.DoesNotContain(words.Detail, static c => char.IsControl(c));
    }

    [Fact]
    public async Task Crawl_token_goesToTheForgeAloneAndIsNowhereElse()
    {
        const string Token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
        using var folder = new TemporaryFolder();
        using var forge = new FakeForge();
        using var other = new FakeForge();
        forge.SetStatus("leave", 302, $"Location: {other.Address}o/leave.git/git-upload-pack\r\n");
        forge.SetBody("echo", Encoding.ASCII.GetBytes($"0050ERR wrong token {Token}, Basic {Basic(Token)}"[..0x50]));
        forge.SetStatus("plain", 500);
        File.WriteAllText(folder["token"], Token);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["token"], UnixFileMode.UserRead);
        }


        TestCrawl crawl = Crawl(folder["w"], forge, new string('1', 40), ["leave", "plain"]);
        crawl.Options.GitHubTokenFile = folder["token"];
        await crawl.RunAsync("r", "pinned:" + folder["w.jsonl"]);
        Assert.NotEmpty(forge.Requests);
        Assert.All(forge.Requests, request => Assert.Contains("Basic " + Basic(Token), request, StringComparison.Ordinal));
        Assert.Empty(other.Requests);
        string all = string.Join('\n', crawl.Events.Select(happened => JsonSerializer.Serialize(happened)))
            + string.Join('\n', Directory.EnumerateFiles(folder["w"], "*", SearchOption.AllDirectories).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.DoesNotContain(Token, all, StringComparison.Ordinal);
        Assert.DoesNotContain(Basic(Token), all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crawl_archivesMadeToHarm_nothingLeavesTheSpool()
    {
        using var folder = new TemporaryFolder();
        using var forge = new FakeForge();
        string commit = new('a', 40);
        Dictionary<string, string> expected = [];
        void Archive(string name, string outcome, Action<TarWriter> write)
        {
            expected.Add(name, outcome);
            forge.SetBody(name, Zip(write, commit));
        }

        static PaxTarEntry Entry(string path, string content, TarEntryType type = TarEntryType.RegularFile, string link = "")
        {
            var entry = new PaxTarEntry(type, path);
            if (type == TarEntryType.RegularFile)
            {
                entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
            }
            else if (link.Length > 0)
            {
                entry.LinkName = link;
            }

            return entry;
        }

        Archive("good", "a.py, deep/b.py", tar =>
        {
            tar.WriteEntry(Entry("o-good/a.py", "1"));
            tar.WriteEntry(Entry("o-good/deep/b.py", "2"));
            tar.WriteEntry(Entry("o-good/c.bin", "3"));
        });
        Archive("paths", "../../outside.py !path, /etc/x.py !path, a/../../y.py !path, z.py", tar =>
        {
            tar.WriteEntry(Entry("o/../../outside.py", "1"));
            tar.WriteEntry(Entry("o//etc/x.py", "1"));
            tar.WriteEntry(Entry("o/a/../../y.py", "1"));
            tar.WriteEntry(Entry("o/z.py", "1"));
        });
        Archive("links", "a.py !symlink, c.py", tar =>
        {
            tar.WriteEntry(Entry("o/a.py", "", TarEntryType.SymbolicLink, "/etc/passwd"));
            tar.WriteEntry(Entry("o/b.py", "", TarEntryType.HardLink, "/etc/passwd"));
            tar.WriteEntry(Entry("o/c.py", "1"));
        });
        Archive("licences", "COPYING, LICENSE, NOTICE !symlink, a.py, docs/LICENSE", tar =>
        {
            tar.WriteEntry(Entry("o/COPYING", "", TarEntryType.SymbolicLink, "more/LICENSE"));
            tar.WriteEntry(Entry("o/LICENSE", "", TarEntryType.SymbolicLink, "docs/LICENSE"));
            tar.WriteEntry(Entry("o/NOTICE", "", TarEntryType.SymbolicLink, "../NOTICE"));
            tar.WriteEntry(Entry("o/a.py", "1"));
            tar.WriteEntry(Entry("o/docs/LICENSE", "text"));
            tar.WriteEntry(Entry("o/more", "", TarEntryType.SymbolicLink, "docs"));
        });
        Archive("bomb", ". !limit", tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "o/big.bin") { DataStream = new MemoryStream(new byte[64 << 20]) }));
        expected.Add("cut", ". !unreachable");
        byte[] whole = Zip(tar => tar.WriteEntry(Entry("o/a.py", new string('x', 5000))), commit);
        forge.SetBody("cut", whole[..(whole.Length / 2)]);
        expected.Add("noise", ". !corrupt");
        forge.SetBody("noise", [.. "these are no archives"u8]);
        expected.Add("other", ". !refused");
        forge.SetBody("other", Zip(tar => tar.WriteEntry(Entry("o/a.py", "1")), new string('b', 40)));
        expected.Add("unnamed", ". !unsupported");
        forge.SetBody("unnamed", Zip(tar => tar.WriteEntry(Entry("o/a.py", "1")), null));

        TestCrawl crawl = Crawl(folder["w"], forge, commit, expected.Keys);
        crawl.Options.FetchTransport = "archive";
        await crawl.RunAsync("r", "pinned:" + folder["w.jsonl"]);
        Dictionary<string, string> rows = crawl.Rows().GroupBy(row => row.Repository.Name[2..]).ToDictionary(
            group => group.Key, group => string.Join(", ", group.Select(row => row.Path + (row.Fault is null ? "" : $" !{row.Fault}"))));
        Assert.All(expected, pair => Assert.True(pair.Value == rows[pair.Key], $"{pair.Key}: {rows[pair.Key]}, not {pair.Value}"));
        Assert.Equal(
            ["w", "w.jsonl"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["w", "mirrors"]));
    }

    private static byte[] Zip(Action<TarWriter> write, string? commit)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.SmallestSize, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            if (commit is not null)
            {
                tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry([new("comment", commit)]));
            }

            write(tar);
        }

        return bytes.ToArray();
    }

    private static string Basic(string token) => Convert.ToBase64String(Encoding.ASCII.GetBytes("x-access-token:" + token));

    private static TestCrawl Crawl(string workspace, FakeForge forge, string commit, IEnumerable<string> names)
    {
        var options = new JsonSerializerOptions(CanonicalJson.Options) { WriteIndented = false };
        long id = 1;
        File.WriteAllLines(workspace + ".jsonl", names.Select(name => JsonSerializer.Serialize(
            new RepositoryFacts { Id = id++, Name = "o/" + name, Source = "github", Commit = commit }, options)));
        var crawl = new TestCrawl(workspace);
        crawl.Options.GitHubBaseAddress = forge.Address.ToString();
        return crawl;
    }
}
