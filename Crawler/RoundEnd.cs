using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler;

/// <summary>
/// The end of a crawl's rounds of searches. The run's input is a file and the rounds are rows of the catalog, so no transaction holds both:
/// before either is written, this says in the run's folder which input ends which rounds. A crawl that was killed with its input pinned and
/// its rounds open ends just those, and begins none anew.
/// </summary>
/// <param name="Input">SHA-256 of the pinned input.</param>
/// <param name="Rounds">The number of each query's round.</param>
internal sealed record RoundEnd(string Input, SortedDictionary<string, int> Rounds)
{
    private const string FileName = "1-rounds.json";

    /// <summary>What a killed crawl of the run was about to end; null where there is nothing.</summary>
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

    /// <summary>States it, durably.</summary>
    public void Announce(Run run) => AtomicFile.Write(FileOf(run), CanonicalJson.Write(this));

    /// <summary>Ends the rounds, each unless it has ended and another one may be under way, and takes the statement back.</summary>
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
