using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;

namespace DataForge.Inspection.Statistics;

/// <summary>The tokens of a run. The properties are fields of <c>stats --json</c>.</summary>
/// <param name="Training">Tokens to train on.</param>
/// <param name="Validation">Tokens held out for validation.</param>
/// <param name="TrainingDocuments">Documents (files) to train on.</param>
/// <param name="ValidationDocuments">Documents (files) held out for validation.</param>
/// <param name="Vocabulary">Entries of the tokenizer.</param>
internal sealed record TokenFigures(long Training, long Validation, long TrainingDocuments, long ValidationDocuments, long Vocabulary);

/// <summary>Everything that <c>dataforge stats</c> shows of a run. The properties are the fields of <c>stats --json</c>.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Figures">The figures of the dataset, the same as on its card.</param>
/// <param name="Tokens">The tokens; null if the run has none yet.</param>
/// <param name="Jaccard">The near duplicates that were dropped, by their similarity with the kept twin, in hundredths.</param>
internal sealed record RunStatistics(string Run, DatasetFigures Figures, TokenFigures? Tokens, IReadOnlyList<NamedFigure> Jaccard)
{
    /// <summary>Collects the figures of a run.</summary>
    /// <exception cref="DataForgeException">The run has no figures yet, or a shard is damaged.</exception>
    public static RunStatistics Of(Run run)
    {
        if (run.Manifest.Entries(StageNames.Clean).Count == 0)
        {
            bool isOther = run.Manifest.Entries(StageNames.Tokenize).Count + run.Manifest.Entries(StageNames.Pretrain).Count > 0;
            throw DataForgeException.Usage(isOther
                ? $"The run '{run.Name}' has no dataset to show, only tokens of text or a model: dataforge report makes a page of these."
                : $"The run '{run.Name}' has nothing to show yet: run dataforge build, or the stages up to clean.");
        }

        CountTable tokens = run.Manifest.TotalCounts(StageNames.Tokenize);
        return new RunStatistics(run.Name, DatasetFigures.Of(run), tokens.Length == 0 ? null : new TokenFigures(
            tokens[CountName.TokensTrain], tokens[CountName.TokensValidation], tokens[CountName.DocumentsTrain],
            tokens[CountName.DocumentsValidation], tokens[CountName.Vocabulary]), JaccardHistogram.Of(run));
    }
}
