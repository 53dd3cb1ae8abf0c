using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;

namespace DataForge.Inspection.Statistics;

/// <summary>What the dataset became: tokens and documents (files), to train on and to validate with.</summary>
internal sealed record TokenFigures(long Training, long Validation, long TrainingDocuments, long ValidationDocuments, long Vocabulary);

/// <summary>All that <c>dataforge stats</c> tells of a run.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Figures">The dataset's figures, those of its card.</param>
/// <param name="Tokens">Null where the run has no tokens yet.</param>
internal sealed record RunStatistics(string Run, DatasetFigures Figures, TokenFigures? Tokens)
{
    /// <summary>Gathers the figures.</summary>
    /// <exception cref="DataForgeException">The run has nothing to tell of yet, or a shard is damaged.</exception>
    public static RunStatistics Of(Run run)
    {
        if (run.Manifest.Entries("clean").Count == 0)
        {
            if (run.Manifest.Entries("tokenize").Count + run.Manifest.Entries("pretrain").Count > 0)
            {
                throw DataForgeException.Usage($"The run '{run.Name}' has no dataset to tell of, only tokens of text or a model: dataforge report draws a page of these.");
            }

            throw DataForgeException.Usage($"The run '{run.Name}' has nothing to tell of yet: run dataforge build, or the stages up to clean.");
        }

        SortedDictionary<string, long> tokens = run.Manifest.Totals("tokenize");
        return new RunStatistics(run.Name, DatasetFigures.Of(run), tokens.Count == 0 ? null : new TokenFigures(
            tokens.GetValueOrDefault("tokens.train"), tokens.GetValueOrDefault("tokens.validation"),
            tokens.GetValueOrDefault("documents.train"), tokens.GetValueOrDefault("documents.validation"), tokens.GetValueOrDefault("vocabulary")));
    }
}
