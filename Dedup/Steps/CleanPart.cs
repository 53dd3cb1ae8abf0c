using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Dedup.Steps;

/// <summary>A part of <c>2-clean</c> as the manifest has it.</summary>
/// <param name="Number">Its number, as it stands in its name.</param>
/// <param name="File">Its file, relative to the run's folder.</param>
/// <param name="Hash">SHA-256 of the file.</param>
/// <param name="Bytes">Length of the file.</param>
internal sealed record CleanPart(string Number, string File, string Hash, long Bytes)
{
    /// <summary>The parts of a run, in ordinal order of their paths.</summary>
    /// <exception cref="DataForgeException">The run has not been cleaned.</exception>
    public static IReadOnlyList<CleanPart> All(Run run)
    {
        IReadOnlyList<ManifestEntry> entries = run.Manifest.Entries("clean");
        if (entries.Count == 0)
        {
            throw DataForgeException.Usage($"The run '{run.Name}' has nothing in 2-clean yet: clean first, with dataforge clean.");
        }

        return
        [
            .. entries.SelectMany(entry => entry.Outputs)
                .Where(output => output.Path.StartsWith("2-clean/part-", StringComparison.Ordinal) && output.Path.EndsWith(".parquet", StringComparison.Ordinal))
                .OrderBy(output => output.Path, StringComparer.Ordinal)
                .Select(output => new CleanPart(NumberOf(output.Path), output.Path, output.Sha256, output.Bytes)),
        ];
    }

    private static string NumberOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return name[(name.LastIndexOf('-') + 1)..];
    }
}
