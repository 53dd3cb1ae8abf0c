using DataForge.Testing;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Verification;

namespace DataForge.EndToEnd.Tests;

public sealed class VerifyTests(InspectedBuild built) : IClassFixture<InspectedBuild>
{
    private const int Faults = 50;

    [Fact]
    public async Task Verify_wholeRun_saysWhatItCheckedAndExitsZero()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        (int code, string output, string error) = await DataForgeProcess.RunAsync("verify", "--workspace", built.Workspace, "--run", "r");
        Assert.True(code == 0, output + error);
        Assert.StartsWith("r is whole: ", output, StringComparison.Ordinal);
        Assert.Contains("  pretrain, report: the run has no finished part of it\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_noSuchRun_exitsTwoAndMakesNone()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        (int code, _, string error) = await DataForgeProcess.RunAsync("verify", "--workspace", built.Workspace, "--run", "none");
        Assert.Equal(2, code);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.False(Directory.Exists(Path.Combine(built.Workspace, "runs", "none")));
    }

    /// <summary>50 faults, each alone: a byte changed anywhere in a file of the run, or a file gone. The one line names the file.</summary>
    [Fact]
    public async Task Verify_plantedFaults_namesEach()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        Run run = built.Run;
        string[] files =
        [
            .. run.ReadInput().Parts.SelectMany(part => new[] { run.Workspace.RawFilesPart(part.Number), run.Workspace.RawBlobsPart(part.Number) }),
            .. new[] { "crawl", "clean", "dedup", "tokenize" }.SelectMany(run.Manifest.Entries).SelectMany(entry => entry.Outputs).Select(output => run.PathOf(output.Path)),
        ];
        var random = new Random(20);
        random.Shuffle(files);
        for (int i = 0; i < Faults; i++)
        {
            string file = files[i % files.Length];
            byte[] bytes = File.ReadAllBytes(file);
            if (i % 5 == 4 || bytes.Length == 0)
            {
                File.Delete(file);
            }
            else
            {
                byte[] damaged = [.. bytes];
                damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(file, damaged);
            }

            DataForgeException fault = Assert.Throws<DataForgeException>(() => new RunVerifier(run, CancellationToken.None).Verify());
            Assert.StartsWith(file + ": ", fault.Message, StringComparison.Ordinal);
            Assert.Equal(DataForgeException.Failed, fault.ExitCode);
            File.WriteAllBytes(file, bytes);
        }

        new RunVerifier(run, CancellationToken.None).Verify();

        // As its users see it.
        byte[] whole = File.ReadAllBytes(files[0]);
        File.Delete(files[0]);
        (int code, _, string error) = await DataForgeProcess.RunAsync("verify", "--workspace", built.Workspace, "--run", "r");
        File.WriteAllBytes(files[0], whole);
        Assert.Equal(1, code);
        Assert.StartsWith($"dataforge: {files[0]}: is missing", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    /// <summary>An entry that lies, with every check-sum right: counts that no shard has, a file that no entry knows.</summary>
    [Fact]
    public void Verify_lyingEntries_areFound()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        Run run = built.Run;
        foreach ((string stage, string prefix) in new[] { ("clean", "occurrences-"), ("clean", "part-"), ("dedup", "dataset-"), ("tokenize", "val") })
        {
            ManifestEntry entry = run.Manifest.Entries(stage).First(entry => entry.Part.StartsWith(prefix, StringComparison.Ordinal));

            // What was redacted stands in no table (that is its point), so nothing can be held against these counts.
            foreach (string count in entry.Counts.Keys.Where(count => !count.StartsWith("redacted", StringComparison.Ordinal)))
            {
                var counts = new SortedDictionary<string, long>(entry.Counts.ToDictionary(), StringComparer.Ordinal) { [count] = entry.Count(count) + 1 };
                run.Manifest.Commit(entry with { Counts = counts });
                Assert.True(Throws(run), $"{stage} {entry.Part} {count}");
            }

            run.Manifest.Commit(entry);
        }

        string stranger = run.PathOf("3-dataset/data/train-00007-of-00008.parquet");
        File.WriteAllText(stranger, "PAR1");
        Assert.True(Throws(run));
        File.Delete(stranger);

        // A stage may be absent only where nothing was made from it.
        foreach (string stage in new[] { "crawl", "clean", "dedup" })
        {
            Directory.Move(run.PathOf("manifest/" + stage), run.PathOf(stage));
            Assert.True(Throws(run), stage);
            Directory.Move(run.PathOf(stage), run.PathOf("manifest/" + stage));
        }

        Assert.False(Throws(run));
    }

    /// <summary>A run against a base names twins that are in the base's dataset alone.</summary>
    [Fact]
    public async Task Verify_runWithABase_looksForTwinsThereToo()
    {
        Assert.SkipWhen(InspectedBuild.Missing is not null, InspectedBuild.Missing ?? "");
        (int code, string output, string error) = await DataForgeProcess.RunAsync([.. built.Build.Arguments("w", run: "after", until: "dedup"), "--set", "dedup.base=r"]);
        Assert.True(code == 0, output + error);
        (code, output, error) = await DataForgeProcess.RunAsync("verify", "--workspace", built.Workspace, "--run", "after");
        Assert.True(code == 0, output + error);
        Assert.StartsWith("after is whole: ", output, StringComparison.Ordinal);
    }

    private static bool Throws(Run run)
    {
        try
        {
            new RunVerifier(run, CancellationToken.None).Verify();
            return false;
        }
        catch (DataForgeException)
        {
            return true;
        }
    }
}
