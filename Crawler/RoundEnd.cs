using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler;

/// <summary>
/// The end of a crawl's rounds of searches. The run's input is a file and the rounds are rows of the catalog, so no transaction contains
/// both. Before either is written, a file in the run's folder (a write-ahead record) says which input ends which rounds. If a crawl is
/// killed after its input was pinned and before its rounds were closed, the next one closes just these rounds, and begins no new ones.
/// </summary>
/// <param name="Input">SHA-256 of the pinned input.</param>
/// <param name="Rounds">The number of each query's round.</param>
internal sealed record RoundEnd(string Input, SortedDictionary<string, int> Rounds)
{
    private const string FileName = "1-rounds.json";

    /// <summary>The rounds that a killed crawl of the run was about to end; null if there are none.</summary>
    /// <exception cref="DataForgeException">The file is damaged.</exception>
    public static RoundEnd? Find(Run run)
    {
        string file = FileOf(run);
        try
        {
            return File.Exists(file) ? CanonicalJson.Read<RoundEnd>(file) : null;
        }
        catch (JsonException e)
        {
            throw new DataForgeException($"{file} is damaged: delete it, then run the same command again.", inner: e);
        }
    }

    /// <summary>Writes the file, durably.</summary>
    public void Announce(Run run) => AtomicFile.Write(FileOf(run), CanonicalJson.Write(this));

    /// <summary>Closes the rounds, except those after which another round has begun, and deletes the file. Idempotent.</summary>
    public void Finish(Run run, ILedger ledger)
    {
        foreach ((string query, int round) in Rounds)
        {
            if (ledger.State(query).Round == round)
            {
                ledger.Close(query);
            }
        }

        File.Delete(FileOf(run));
    }

    private static string FileOf(Run run) => Path.Combine(run.Folder, FileName);
}
