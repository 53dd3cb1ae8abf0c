using DataForge.Corpus;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Tests.Testing;
using DataForge.Python;

namespace DataForge.Dedup.Tests;

/// <summary>The stage writes the same bytes whether the cleaner prepared the shingles, did not, or something is wrong with them.</summary>
public class PreparedShinglesTests
{
    private const string Sets = "shingles/part-00001.sets";

    [Fact]
    public void RunAsync_preparedShingles_writesTheSameBytesAndLinksTheSets()
    {
        string expected = HashAfter(_ => { }, prepare: false);
        Assert.Equal(expected, HashAfter(run =>
        {
            run.Dedup(Options);
            Assert.Equal(File.ReadAllBytes(run.Run.PathOf(Sets)), File.ReadAllBytes(run.Run.PathOf("3-dataset/work/part-00001.shingles")));
        }));
    }

    [Fact]
    public void RunAsync_preparedUnderOtherSettingsOrDamaged_writesTheSameBytes()
    {
        string expected = HashAfter(_ => { }, prepare: false);
        Assert.Equal(expected, HashAfter(_ => { }, settings: Options.ToShingleSettings() with { Length = 3 }));
        Assert.Equal(expected, HashAfter(run => File.Delete(run.Run.PathOf(Sets))));
        Assert.Equal(expected, HashAfter(run => Change(run, bytes => bytes[..^8])));
        Assert.Equal(expected, HashAfter(run => Change(run, bytes =>
        {
            bytes[10] ^= 4;
            return bytes;
        })));
    }

    [Fact]
    public void RunAsync_preparedForOtherTexts_writesTheSameBytes()
    {
        string expected = HashAfter(_ => { }, prepare: false);
        Assert.Equal(expected, HashAfter(run => Prepare(run, [.. Files.Select(part => Enumerable.Reverse(part).ToList())], Options.ToShingleSettings())));
    }

    private static DedupOptions Options => new() { ShardBytes = 100_000, AuditFiles = 50 };

    private static List<List<TestFile>> Files
    {
        get
        {
            List<TestFile> all = RandomCode.Files(new Random(5), 400);
            return [all[..150], [.. all[150..], new TestFile("a/short", "s.py", "x\n"), new TestFile("a/py2", "p.py", "print 'a b', 1, 2, 3, 4\n")]];
        }
    }

    private static string HashAfter(Action<TestRun> change, bool prepare = true, ShingleSettings? settings = null)
    {
        using var run = new TestRun();
        List<List<TestFile>> files = Files;
        run.Clean([.. files]);
        if (prepare)
        {
            Prepare(run, files, settings ?? Options.ToShingleSettings());
        }

        change(run);
        run.Dedup(Options, 2);
        return run.Hash();
    }

    private static void Prepare(TestRun run, List<List<TestFile>> parts, ShingleSettings settings)
    {
        var tokens = new PythonTokens();
        for (int part = 0; part < parts.Count; part++)
        {
            using var writer = new PreparedShinglesWriter(run.Run, part);
            var shingles = new TextShingles(settings);
            foreach (TestFile file in parts[part])
            {
                PythonParser.Check(file.Text, null, tokens);
                shingles.Compute(BlobId.Of(file.Text), file.Text, tokens);
                writer.Append(shingles.Row, shingles.Set);
            }

            writer.Complete();
        }
    }

    private static void Change(TestRun run, Func<byte[], byte[]> change)
    {
        string file = run.Run.PathOf(Sets);
        File.WriteAllBytes(file, change(File.ReadAllBytes(file)));
    }
}
