using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>
/// The manifest entries of a run, by stage. Not every run has all stages: a run of given text has only tokens and what follows, a
/// fine-tuned
/// one only a model. But no stage may be missing that a later one was made from.
/// </summary>
internal sealed class StageEntries
{
    private readonly Dictionary<string, IReadOnlyList<ManifestEntry>> _entries;

    /// <summary>Reads all entries of a run.</summary>
    /// <exception cref="DataForgeException">
    /// There is none, an entry is damaged, or a stage is missing that a later one was made from.
    /// </exception>
    public StageEntries(Run run)
    {
        _entries = StageNames.All.ToDictionary(name => name, name => ManifestEntryReader.ReadAll(run, name));
        if (All.Count == 0)
        {
            throw DataForgeException.Usage($"The run '{run.Name}' has nothing to check yet: run dataforge build, or a stage of it.");
        }

        IsCrawled = File.Exists(run.InputFile) || Has(StageNames.Crawl) || Has(StageNames.Clean) || Has(StageNames.Dedup);
        IsOfText = Of(StageNames.Tokenize).Any(entry => entry.Part == "text");
        Require(!Has(StageNames.Dedup) || Has(StageNames.Clean), StageNames.Clean, RunPaths.Dataset);
        Require(!Has(StageNames.Tokenize) || IsOfText || Has(StageNames.Dedup), StageNames.Dedup, RunPaths.Tokens);

        void Require(bool isComplete, string stage, string made)
        {
            if (!isComplete)
            {
                throw VerificationFault.Of(run.PathOf($"{RunPaths.Manifest}/{stage}"), $"is missing, from which {made} was made");
            }
        }
    }

    /// <summary>Whether the run is built from crawled files.</summary>
    public bool IsCrawled { get; }

    /// <summary>Whether its tokens are of text given as it is, and not of a dataset.</summary>
    public bool IsOfText { get; }

    /// <summary>All entries, in the order of the stages.</summary>
    public IReadOnlyList<ManifestEntry> All => [.. StageNames.All.SelectMany(Of)];

    /// <summary>The stages without an entry, in order.</summary>
    public IReadOnlyList<string> MissingStages => [.. StageNames.All.Where(name => !Has(name))];

    /// <summary>A stage's entries, in ordinal order of their parts.</summary>
    public IReadOnlyList<ManifestEntry> Of(string stage) => _entries[stage];

    /// <summary>Whether a stage has entries.</summary>
    public bool Has(string stage) => _entries[stage].Count > 0;
}
