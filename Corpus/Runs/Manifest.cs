using System.Collections.Concurrent;
using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Runs;

/// <summary>The manifest entries of a run: <c>manifest/&lt;stage&gt;/&lt;part&gt;.json</c>.</summary>
public sealed class Manifest(Run run)
{
    // stage → (part, input hash, options hash) → the run that has it; read once per process, when a part is not in this run.
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, (string Folder, ManifestEntry Entry)>> _elsewhere = new();

    /// <summary>The path of an entry.</summary>
    public string EntryFile(string stage, string part) => run.PathOf(RunPaths.ManifestEntry(stage, part));

    /// <summary>The path of a part's lock.</summary>
    public string LockFile(string stage, string part) => Path.Combine(run.Folder, "locks", stage, part + ".lock");

    /// <summary>The entry of a part, or null if the part is not complete.</summary>
    public ManifestEntry? Find(string stage, string part)
    {
        string file = EntryFile(stage, part);
        return File.Exists(file) ? CanonicalJson.Read<ManifestEntry>(file) : null;
    }

    /// <summary>The entries of a stage, in ordinal order of their parts.</summary>
    public IReadOnlyList<ManifestEntry> Entries(string stage) => ReadEntries(run.Folder, stage);

    /// <summary>The sums of all counts over a stage's entries.</summary>
    public CountTable TotalCounts(string stage)
    {
        var totals = new CountTable();
        foreach (ManifestEntry entry in Entries(stage))
        {
            totals.Add(entry.Counts);
        }

        return totals;
    }

    /// <summary>The hash of all files that a stage wrote: the input hash of a stage that reads all of them.</summary>
    public string OutputHash(string stage) => StageHash.Combine(
        Entries(stage).SelectMany(entry => entry.Outputs).Select(output => output.Path + " " + output.Sha256));

    /// <summary>Writes an entry, which makes its part complete.</summary>
    public void Commit(ManifestEntry entry) => AtomicFile.Write(EntryFile(entry.Stage, entry.Part), CanonicalJson.Write(entry));

    /// <summary>Removes the entries, and the files, of all parts of a stage but these.</summary>
    public void KeepOnly(string stage, IReadOnlySet<string> parts)
    {
        foreach (ManifestEntry entry in Entries(stage).Where(entry => !parts.Contains(entry.Part)))
        {
            File.Delete(EntryFile(stage, entry.Part));
            foreach (ManifestOutput output in entry.Outputs)
            {
                File.Delete(run.PathOf(output.Path));
            }
        }
    }

    /// <summary>Whether every file of an entry exists with the stated length.</summary>
    public static bool IsWhole(string folder, ManifestEntry entry) => entry.Outputs.All(output =>
        new FileInfo(Path.Combine(folder, output.Path)) is { Exists: true } file && file.Length == output.Bytes);

    /// <summary>Finds the same part with the same hashes and codecs in another run of the workspace; null if there is none.</summary>
    internal (string Folder, ManifestEntry Entry)? FindElsewhere(string stage, string part, string inputHash, string optionsHash)
    {
        IReadOnlyDictionary<string, (string, ManifestEntry)> known = _elsewhere.GetOrAdd(stage, ReadOtherRuns);
        return known.TryGetValue(Key(part, inputHash, optionsHash), out (string, ManifestEntry) found) ? found : null;
    }

    private Dictionary<string, (string Folder, ManifestEntry Entry)> ReadOtherRuns(string stage)
    {
        var known = new Dictionary<string, (string, ManifestEntry)>(StringComparer.Ordinal);
        foreach (string name in run.Workspace.RunNames().Where(name => name != run.Name))
        {
            string folder = Path.Combine(run.Workspace.RunsFolder, name);
            foreach (ManifestEntry entry in ReadEntries(folder, stage).Where(entry => entry.Codecs == PartOutput.CodecsOf(entry.Outputs)))
            {
                known[Key(entry.Part, entry.InputHash, entry.OptionsHash)] = (folder, entry);
            }
        }

        return known;
    }

    private static IReadOnlyList<ManifestEntry> ReadEntries(string runFolder, string stage)
    {
        string folder = Path.Combine(runFolder, RunPaths.Manifest, stage);
        if (!Directory.Exists(folder))
        {
            return [];
        }

        string[] files = Directory.GetFiles(folder, "*.json");
        Array.Sort(files, StringComparer.Ordinal);
        return [.. files.Select(file => CanonicalJson.Read<ManifestEntry>(file))];
    }

    private static string Key(string part, string inputHash, string optionsHash) => part + "\n" + inputHash + "\n" + optionsHash;
}
