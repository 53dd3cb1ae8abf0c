using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Which stages a run has, by their manifest entries. Not every run has all: one of text has only tokens and what comes after them, a fine-tuned one only a
/// model. But nothing may be missing that something else was made from.
/// </summary>
internal sealed class RunParts
{
    private readonly Dictionary<string, IReadOnlyList<ManifestEntry>> _entries;

    /// <exception cref="DataForgeException">There is none, an entry is damaged, or a stage is missing that a later one was made from.</exception>
    public RunParts(Run run)
    {
        _entries = StageNames.All.ToDictionary(name => name, name => EntryCheck.Entries(run, name));
        if (All.Count == 0)
        {
            throw DataForgeException.Usage($"The run '{run.Name}' has nothing to check yet: run dataforge build, or a stage of it.");
        }

        IsCrawled = File.Exists(run.InputFile) || new[] { "crawl", "clean", "dedup" }.Any(Has);
        IsOfText = Of("tokenize").Any(entry => entry.Part == "text");
        Require(!Has("dedup") || Has("clean"), "clean", "3-dataset");
        Require(!Has("tokenize") || IsOfText || Has("dedup"), "dedup", "4-tokens");

        void Require(bool isThere, string stage, string made)
        {
            if (!isThere)
            {
                throw FirstFault.Of(run.PathOf("manifest/" + stage), $"is missing, from which {made} was made");
            }
        }
    }

    /// <summary>Whether it is built from crawled files.</summary>
    public bool IsCrawled { get; }

    /// <summary>Whether its tokens are of text given as it is, not of its dataset.</summary>
    public bool IsOfText { get; }

    /// <summary>All entries, in the order of the stages.</summary>
    public IReadOnlyList<ManifestEntry> All => [.. StageNames.All.SelectMany(Of)];

    /// <summary>The stages without an entry, in order.</summary>
    public IReadOnlyList<string> Missing => [.. StageNames.All.Where(name => !Has(name))];

    /// <summary>A stage's entries, in ordinal order of their parts.</summary>
    public IReadOnlyList<ManifestEntry> Of(string stage) => _entries[stage];

    /// <summary>Whether a stage has entries.</summary>
    public bool Has(string stage) => _entries[stage].Count > 0;
}
