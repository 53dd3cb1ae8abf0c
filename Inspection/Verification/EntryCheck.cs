using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>Reads manifest entries as they were written: any byte that the canonical form does not have is a fault.</summary>
internal static class EntryCheck
{
    /// <summary>The entries of a stage, in ordinal order of their parts.</summary>
    /// <exception cref="DataForgeException">An entry is damaged.</exception>
    public static IReadOnlyList<ManifestEntry> Entries(Run run, string stage)
    {
        string folder = Path.Combine(run.Folder, "manifest", stage);
        if (!Directory.Exists(folder))
        {
            return [];
        }

        return [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(file => Read(file, stage, Path.GetFileNameWithoutExtension(file)))];
    }

    /// <summary>An entry.</summary>
    /// <exception cref="DataForgeException">It is missing or damaged, or belongs elsewhere.</exception>
    public static ManifestEntry Read(string file, string stage, string part)
    {
        if (!File.Exists(file))
        {
            throw FirstFault.Of(file, "is missing");
        }

        ManifestEntry entry = CanonicalJson.Read<ManifestEntry>(file);
        if (entry.Stage != stage || entry.Part != part)
        {
            throw FirstFault.Of(file, $"is the entry of {entry.Stage} {entry.Part}");
        }

        if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(CanonicalJson.Write(entry)))
        {
            throw FirstFault.Of(file, "is not as it was written");
        }

        foreach (string hash in entry.Outputs.Select(output => output.Sha256).Append(entry.InputHash).Append(entry.OptionsHash))
        {
            if (hash.Length != 64 || hash.Any(c => !char.IsAsciiHexDigitLower(c)))
            {
                throw FirstFault.Of(file, $"'{hash}' is no SHA-256");
            }
        }

        return entry;
    }
}
