using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Dedup.Steps;

/// <summary>A part of <c>2-clean</c> in the manifest.</summary>
/// <param name="Number">The number in its name.</param>
/// <param name="File">Its file, relative to the run's folder.</param>
/// <param name="Hash">SHA-256 of the file.</param>
/// <param name="Bytes">Length of the file in bytes.</param>
internal sealed record CleanPart(string Number, string File, string Hash, long Bytes)
{
    /// <summary>The parts of a run, in ordinal order of their paths.</summary>
    /// <exception cref="DataForgeException">The run has not been cleaned.</exception>
    public static IReadOnlyList<CleanPart> All(Run run)
    {
        IReadOnlyList<ManifestEntry> entries = run.Manifest.Entries(StageNames.Clean);
        if (entries.Count == 0)
        {
            throw DataForgeException.Usage($"The run '{run.Name}' has no files in 2-clean yet: run dataforge clean first.");
        }

        return
        [
            .. entries.SelectMany(entry => entry.Outputs)
                .Where(output => IsShard(output.Path))
                .OrderBy(output => output.Path, StringComparer.Ordinal)
                .Select(output => new CleanPart(NumberOf(output.Path), output.Path, output.Sha256, output.Bytes)),
        ];
    }

    /// <summary>Whether a file is a shard of <c>2-clean</c>.</summary>
    public static bool IsShard(string path) =>
        path.StartsWith(RunPaths.CleanShards, StringComparison.Ordinal) && path.EndsWith(".parquet", StringComparison.Ordinal);

    /// <summary>The number in a shard's name.</summary>
    public static string NumberOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return name[(name.LastIndexOf('-') + 1)..];
    }
}
