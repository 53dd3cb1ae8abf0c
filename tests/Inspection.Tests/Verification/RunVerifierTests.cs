using System.Buffers.Binary;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Verification;

namespace DataForge.Inspection.Tests.Verification;

[Collection(nameof(BuiltRun))]
public sealed class RunVerifierTests(BuiltRun built)
{
    private const int Faults = 50;

    /// <summary>50 faults, each alone: a bit flipped anywhere in a file, or a file missing. The message names the file.</summary>
    [Fact]
    public void Verify_plantedFaults_namesEach()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        Run run = built.Run;
        string[] files =
        [
            .. run.ReadInput().Parts.SelectMany(part =>
                new[] { run.Workspace.RawFilesPart(part.Number), run.Workspace.RawBlobsPart(part.Number) }),
            .. new[] { "crawl", "clean", "dedup", "tokenize" }.SelectMany(run.Manifest.Entries)
                .SelectMany(entry => entry.Outputs).Select(output => run.PathOf(output.Path)),
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
    }

    /// <summary>Wrong entries with correct check-sums: counts that the shards do not have, a file that no entry knows.</summary>
    [Fact]
    public void Verify_wrongEntries_areFound()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        Run run = built.Run;
        (string Stage, string Prefix)[] checkedParts =
            [("clean", "occurrences-"), ("clean", "part-"), ("dedup", "dataset-"), ("tokenize", "val")];
        foreach ((string stage, string prefix) in checkedParts)
        {
            ManifestEntry entry = run.Manifest.Entries(stage).First(entry => entry.Part.StartsWith(prefix, StringComparison.Ordinal));

            // What was redacted is in no table (that is its point), so these counts cannot be compared with anything.
            foreach (CountName count in entry.Counts.Items.Select(count => count.Name).Where(count => !IsOfRedaction(count)))
            {
                var counts = new CountTable(entry.Counts) { [count] = entry.Count(count) + 1 };
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

    /// <summary>
    /// Columns of a file are found by their place and by the names that their chunks state. The own reader goes by the place, Parquet.Net by
    /// the names: where these are exchanged, the two read different values from pages that are whole.
    /// </summary>
    [Fact]
    public void Verify_shardThatParquetNetReadsDifferently_isNamed()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        Run run = built.Run;
        ManifestEntry entry = run.Manifest.Entries(StageNames.Dedup).First(entry => entry.Outputs.Any(DatasetShards.IsShard));
        ManifestOutput shard = entry.Outputs.Single(DatasetShards.IsShard);
        string path = run.PathOf(shard.Path);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, WithExchangedNames(bytes, "blob_id", "license"));
        ManifestOutput planted = shard with { Sha256 = StageHash.OfFile(path) };
        run.Manifest.Commit(entry with { Outputs = [.. entry.Outputs.Select(output => output == shard ? planted : output)] });

        DataForgeException fault = Assert.Throws<DataForgeException>(() => new RunVerifier(run, CancellationToken.None).Verify());
        Assert.Equal($"{path}: Parquet.Net and the own reader read different values of blob_id, license.", fault.Message);

        File.WriteAllBytes(path, bytes);
        run.Manifest.Commit(entry);
        Assert.False(Throws(run));
    }

    // The footer names each column first in the schema, then once in every row group; the latter names are exchanged.
    private static byte[] WithExchangedNames(byte[] file, string one, string other)
    {
        byte[] changed = [.. file];
        int footer = file.Length - 8 - BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 8));
        foreach ((string from, string to) in new[] { (one, other), (other, one) })
        {
            // In Thrift's compact protocol a text is its length and its bytes.
            byte[] name = [(byte)from.Length, .. Encoding.ASCII.GetBytes(from)];
            int inSchema = footer + file.AsSpan(footer).IndexOf(name);
            for (int at = inSchema + name.Length, next; (next = file.AsSpan(at).IndexOf(name)) >= 0; at += next + name.Length)
            {
                Encoding.ASCII.GetBytes(to, changed.AsSpan(at + next + 1));
            }
        }

        return changed;
    }

    private static bool IsOfRedaction(CountName count) => count.Name.StartsWith("redacted", StringComparison.Ordinal);

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
