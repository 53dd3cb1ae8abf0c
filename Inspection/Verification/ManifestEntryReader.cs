using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>Reads manifest entries strictly: the file must have exactly the bytes that the program would write.</summary>
internal static class ManifestEntryReader
{
    /// <summary>Reads the entries of a stage.</summary>
    /// <returns>The entries, in ordinal order of their parts; none if the run has no part of the stage.</returns>
    /// <exception cref="DataForgeException">An entry is damaged.</exception>
    public static IReadOnlyList<ManifestEntry> ReadAll(Run run, string stage)
    {
        string folder = Path.Combine(run.Folder, RunPaths.Manifest, stage);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
                .Select(file => Read(file, stage, Path.GetFileNameWithoutExtension(file)))]
            : [];
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="file">The entry's file.</param>
    /// <param name="stage">The stage it must be of.</param>
    /// <param name="part">The part it must be of.</param>
    /// <exception cref="DataForgeException">It is missing or damaged, or is the entry of another part.</exception>
    public static ManifestEntry Read(string file, string stage, string part)
    {
        if (!File.Exists(file))
        {
            throw VerificationFault.Of(file, "is missing");
        }

        ManifestEntry entry = CanonicalJson.Read<ManifestEntry>(file);
        if (entry.Stage != stage || entry.Part != part)
        {
            throw VerificationFault.Of(file, $"is the entry of {entry.Stage} {entry.Part}");
        }

        if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(CanonicalJson.Write(entry)))
        {
            throw VerificationFault.Of(file, "is not as it was written");
        }

        foreach (string hash in entry.Outputs.Select(output => output.Sha256).Append(entry.InputHash).Append(entry.OptionsHash))
        {
            if (hash.Length != 64 || hash.Any(c => !char.IsAsciiHexDigitLower(c)))
            {
                throw VerificationFault.Of(file, $"'{hash}' is not a SHA-256");
            }
        }

        return entry;
    }
}
