using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;

namespace DataForge.Service.Jobs;

/// <summary>The counts of a run that the history keeps: totals alone, nothing of a repository.</summary>
internal static class RunCounts
{
    private static readonly (string Stage, CountName Count)[] Kept =
    [
        (StageNames.Crawl, CountName.Repositories),
        (StageNames.Clean, CountName.OccurrencesIn), (StageNames.Clean, CountName.ContentsIn), (StageNames.Clean, CountName.ContentsOut),
        (StageNames.Dedup, CountName.ContentsOut), (StageNames.Dedup, CountName.BytesOut),
        (StageNames.Tokenize, CountName.TokensTrain),
    ];

    /// <summary>The counts as a JSON object of <c>stage.count</c> and number; null where there are none.</summary>
    public static string? Of(string workspaceFolder, string runName)
    {
        try
        {
            Run run = Run.Open(Workspace.Open(workspaceFolder), runName);
            var tables = new Dictionary<string, CountTable>();
            var counts = new Dictionary<string, long>();
            foreach ((string stage, CountName count) in Kept)
            {
                CountTable table = tables.TryGetValue(stage, out CountTable? known)
                    ? known
                    : tables[stage] = run.Manifest.TotalCounts(stage);
                if (table.Contains(count))
                {
                    counts[$"{stage}.{count.Name}"] = table[count];
                }
            }

            return counts.Count == 0 ? null : JsonSerializer.Serialize(counts);
        }
        catch (Exception e) when (e is DataForgeException or IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
