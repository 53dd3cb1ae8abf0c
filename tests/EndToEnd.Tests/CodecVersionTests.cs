using System.Buffers.Binary;
using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

[Collection(nameof(SharedBuild))]
public sealed class CodecVersionTests(SharedBuild built)
{
    /// <summary>
    /// A build stopped in the middle of the cleaner, under a codec whose files have the same rows and other bytes. After the upgrade the
    /// same command gives what a fresh build gives, byte for byte.
    /// </summary>
    [Fact]
    public async Task Build_halfOfItUnderAnOlderCodec_equalsAFreshBuild()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        const string Name = "upgraded";
        built.CopyTo(Name);
        Run run = Run.Open(Workspace.Open(built.Build.Workspace(Name)), "r");
        IReadOnlyList<ManifestEntry> clean = run.Manifest.Entries(StageNames.Clean);
        IReadOnlyList<ManifestEntry> kept = [.. clean.Where((entry, i) => !entry.Part.StartsWith("part-", StringComparison.Ordinal) || i % 2 == 0)];
        Assert.InRange(kept.Count(entry => entry.Codecs.Length > 0), 1, clean.Count - 1);
        run.Manifest.KeepOnly(StageNames.Clean, kept.Select(entry => entry.Part).ToHashSet(StringComparer.Ordinal));
        foreach (string stage in (string[])[StageNames.Dedup, StageNames.Tokenize])
        {
            run.Manifest.KeepOnly(stage, new HashSet<string>());
        }

        foreach (ManifestEntry entry in kept.Where(entry => entry.Codecs.Length > 0))
        {
            run.Manifest.Commit(AsOfAnOlderCodec(run, entry));
        }

        await DataForgeProcess.SucceedAsync(built.Build.Arguments(Name));
        // Other tests add runs to the shared workspace, and "explain" writes its index there; the raw parts and this run's own files count.
        string[] different =
        [
            .. FolderHash.Differences(built.Hashes, built.Build.Hashes(Name))
                .Where(name => name.StartsWith("raw/", StringComparison.Ordinal) || name.StartsWith("runs/r/", StringComparison.Ordinal))
                .Where(name => !name.StartsWith($"runs/r/{RunPaths.Index}/", StringComparison.Ordinal)),
        ];
        Assert.Empty(different);
    }

    private static ManifestEntry AsOfAnOlderCodec(Run run, ManifestEntry entry)
    {
        foreach (ManifestOutput table in entry.Outputs.Where(output => output.Path.EndsWith(".parquet", StringComparison.Ordinal)))
        {
            File.WriteAllBytes(run.PathOf(table.Path), WithOtherBytes(File.ReadAllBytes(run.PathOf(table.Path))));
        }

        return entry with
        {
            Codecs = "zstd 1.5.4",
            Outputs = [.. entry.Outputs.Select(output => output with
            {
                Bytes = new FileInfo(run.PathOf(output.Path)).Length,
                Sha256 = StageHash.OfFile(run.PathOf(output.Path)),
            })],
        };
    }

    // Bytes between the last page and the footer belong to no page, so the rows stay as they are.
    private static byte[] WithOtherBytes(byte[] file)
    {
        int footer = file.Length - 8 - BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 8));
        return [.. file[..footer], .. "an older codec"u8, .. file[footer..]];
    }
}
