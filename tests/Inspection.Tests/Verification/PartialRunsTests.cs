using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Verification;

namespace DataForge.Inspection.Tests.Verification;

/// <summary><c>verify</c> of runs that have only some stages: the files they have are checked, and missing stages are named.</summary>
public sealed class PartialRunsTests(PartialRuns built) : IClassFixture<PartialRuns>
{
    [Theory]
    [InlineData("text", "crawl, clean, dedup, report", "60 documents of text given as it is")]
    [InlineData("staged", "crawl, clean, dedup, tokenize", "tokens of other runs, which have their own check: text")]
    [InlineData("tuned", "crawl, clean, dedup, tokenize, report", "")]
    public void Verify_wholeRun_namesTheMissingStages(string run, string missing, string remark)
    {
        Assert.SkipWhen(PartialRuns.Missing is not null, PartialRuns.Missing ?? "");
        VerificationResult result = new RunVerifier(built.Run(run), CancellationToken.None).Verify();
        string output = string.Concat(VerificationSummary.Lines(run, result, "1 s").Select(line => line + "\n"));
        Assert.StartsWith($"{run} is whole: ", output, StringComparison.Ordinal);
        Assert.Contains($"  {missing}: the run has no finished part of it\n", output, StringComparison.Ordinal);
        Assert.Contains(remark, output, StringComparison.Ordinal);
    }

    /// <summary>A bit flipped in a file that an entry or a checkpoint states, or the file missing: the message names it.</summary>
    [Theory]
    [InlineData("text")]
    [InlineData("staged")]
    [InlineData("tuned")]
    public void Verify_plantedFaults_namesEach(string name)
    {
        Assert.SkipWhen(PartialRuns.Missing is not null, PartialRuns.Missing ?? "");
        Run run = built.Run(name);
        var random = new Random(7);
        string[] stated = [.. new[] { "tokenize", "pretrain", "report" }.SelectMany(run.Manifest.Entries)
            .SelectMany(entry => entry.Outputs).Select(output => run.PathOf(output.Path))];
        random.Shuffle(stated);
        string[] tensors = Directory.GetFiles(run.PathOf("5-model/checkpoints"), "tensors.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(tensors);
        foreach ((int i, string file) in stated.Take(10).Concat(tensors.Take(2)).Index())
        {
            byte[] bytes = File.ReadAllBytes(file);
            byte[] damaged = [.. bytes];
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, damaged);
            Assert.Contains(file, FaultOf(run).Message, StringComparison.Ordinal);
            if (i % 3 > 0)
            {
                File.WriteAllBytes(file, bytes);
                continue;
            }

            File.Delete(file);
            string place = tensors.Contains(file) ? Path.GetDirectoryName(file)! : file;
            Assert.StartsWith(place + ": ", FaultOf(run).Message, StringComparison.Ordinal);
            File.WriteAllBytes(file, bytes);
        }

        string stranger = run.PathOf("5-model/export/pytorch_model.bin");
        File.WriteAllText(stranger, "another's");
        Assert.StartsWith(stranger + ": no manifest entry knows it", FaultOf(run).Message, StringComparison.Ordinal);
        File.Delete(stranger);
        new RunVerifier(run, CancellationToken.None).Verify();
    }

    /// <summary>Wrong entries with correct check-sums: counts, input hashes, a checkpoint of another step or training.</summary>
    [Theory]
    [InlineData("text")]
    [InlineData("staged")]
    [InlineData("tuned")]
    public void Verify_wrongEntries_areFound(string name)
    {
        Assert.SkipWhen(PartialRuns.Missing is not null, PartialRuns.Missing ?? "");
        Run run = built.Run(name);
        foreach (ManifestEntry entry in run.Manifest.Entries("tokenize").Concat(run.Manifest.Entries("pretrain")))
        {
            foreach (CountName count in entry.Counts.Items.Select(count => count.Name).Where(IsCompared))
            {
                run.Manifest.Commit(entry with { Counts = new CountTable(entry.Counts) { [count] = entry.Count(count) + 1 } });
                string named = entry.Stage == "tokenize" ? count.Name.Split('.')[0] : count.Name;
                Assert.Contains(named, FaultOf(run).Message, StringComparison.Ordinal);
            }

            run.Manifest.Commit(entry with { InputHash = StageHash.Of("something else") });
            if (entry.Stage == "tokenize" && entry.Part != "text" || name == "text" && entry.Part == "model")
            {
                string entryFile = run.Manifest.EntryFile(entry.Stage, entry.Part);
                Assert.StartsWith(entryFile + ": was ", FaultOf(run).Message, StringComparison.Ordinal);
            }
            else if (entry.Part != "text" && entry.Part != "model")
            {
                // What it was made from is outside the run: a remark, no fault.
                Assert.Contains(Remarks(run), remark => remark.Contains("has changed since", StringComparison.Ordinal));
            }

            run.Manifest.Commit(entry);
        }

        string checkpoint = Directory.GetFiles(run.PathOf("5-model/checkpoints"), "checkpoint.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Last();
        string state = File.ReadAllText(checkpoint);
        (string From, string To)[] changes =
            [("\"step\": 4", "\"step\": 5"), ("steps 4", "steps 400"), ("\"format\": 1", "\"format\": 2")];
        foreach ((string from, string to) in changes)
        {
            Assert.Contains(from, state, StringComparison.Ordinal);
            File.WriteAllText(checkpoint, state.Replace(from, to, StringComparison.Ordinal));
            Assert.StartsWith(Path.GetDirectoryName(checkpoint)!, FaultOf(run).Message, StringComparison.Ordinal);
        }

        File.WriteAllText(checkpoint, state);
        new RunVerifier(run, CancellationToken.None).Verify();
    }

    /// <summary>An export with the weights of another checkpoint, and an entry to match: only the run's own checkpoint shows it.</summary>
    [Fact]
    public void Verify_exportOfOtherWeights_isFound()
    {
        Assert.SkipWhen(PartialRuns.Missing is not null, PartialRuns.Missing ?? "");
        Run run = built.Run("tuned");
        string weights = run.PathOf("5-model/export/model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        File.Copy(built.Run("text").PathOf("5-model/export/model.safetensors"), weights, overwrite: true);
        ManifestEntry entry = run.Manifest.Find("pretrain", "model")!;
        run.Manifest.Commit(entry with
        {
            Outputs = [.. entry.Outputs.Select(output => output.Path.EndsWith(".safetensors", StringComparison.Ordinal)
                ? output with { Bytes = new FileInfo(weights).Length, Sha256 = StageHash.OfFile(weights) }
                : output)],
        });
        Assert.StartsWith(weights + ": its transformer.", FaultOf(run).Message, StringComparison.Ordinal);
        File.WriteAllBytes(weights, bytes);
        run.Manifest.Commit(entry);
        new RunVerifier(run, CancellationToken.None).Verify();
    }

    [Fact]
    public void Verify_inputsOutsideTheRunAreMissing_areRemarksAndNoFault()
    {
        Assert.SkipWhen(PartialRuns.Missing is not null, PartialRuns.Missing ?? "");
        Run run = built.Run("tuned");
        Directory.Move(built.Problems, built.Problems + ".away");
        Assert.Contains(Remarks(run), remark => remark.Contains("which are not there", StringComparison.Ordinal));
        Directory.Move(built.Problems + ".away", built.Problems);
        File.Move(built.Source, built.Source + ".away"); // the run holds its own copy of text
        Assert.Single(Remarks(built.Run("text")));
        File.Move(built.Source + ".away", built.Source);
        Assert.Empty(Remarks(run));
    }

    [Fact]
    public void Verify_tokensWithoutASource_areFound()
    {
        Assert.SkipWhen(PartialRuns.Missing is not null, PartialRuns.Missing ?? "");
        Run run = built.Run("text");
        string entry = run.Manifest.EntryFile("tokenize", "text");
        byte[] bytes = File.ReadAllBytes(entry);
        File.Delete(entry);
        string expected = run.PathOf("manifest/dedup") + ": is missing, from which 4-tokens was made";
        Assert.StartsWith(expected, FaultOf(run).Message, StringComparison.Ordinal);
        File.WriteAllBytes(entry, bytes);
    }

    // What training measured on the way (its entropy, tokens validated, tokens seen) is in no file to compare it with.
    private static bool IsCompared(CountName count) => new[]
    {
        "documents.unfiltered", "bytes.unfiltered", "documents.train", "documents.validation", "tokens.train", "tokens.validation",
        ".steps", ".parameters", ".loss.validation.micronats",
    }.Any(ending => ("." + count.Name).EndsWith(ending, StringComparison.Ordinal));

    private static IReadOnlyList<string> Remarks(Run run) => new RunVerifier(run, CancellationToken.None).Verify().Remarks;

    private static DataForgeException FaultOf(Run run) =>
        Assert.Throws<DataForgeException>(() => new RunVerifier(run, CancellationToken.None).Verify());
}
