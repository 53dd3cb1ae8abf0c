using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>Checks that no file is lost between stages: each stage has read as much as the stage before it passed on.</summary>
internal static class CountBalance
{
    // What the cleaner passes on, and what the removal of duplicates reads.
    private static readonly (CountName Out, CountName In)[] CleanToDedup =
    [
        (CountName.ContentsOut, CountName.ContentsIn),
        (CountName.OccurrencesOut, CountName.OccurrencesIn),
        (CountName.BytesOut, CountName.BytesIn),
    ];

    /// <summary>Compares the totals of each stage with those of the next.</summary>
    /// <exception cref="DataForgeException">They differ.</exception>
    public static void Check(Run run, StageEntries stages)
    {
        string where = run.PathOf(RunPaths.Manifest);
        IReadOnlyList<ManifestEntry> clean = stages.Of(StageNames.Clean);
        IReadOnlyList<ManifestEntry> dedup = stages.Of(StageNames.Dedup);
        IReadOnlyList<ManifestEntry> tokens = stages.Of(StageNames.Tokenize);
        if (clean.Count > 0)
        {
            Compare(CountName.OccurrencesPassed, clean, CountName.OccurrencesJudged, clean);
        }

        if (dedup.Any(entry => entry.Part.StartsWith("dataset-", StringComparison.Ordinal)))
        {
            foreach ((CountName passed, CountName read) in CleanToDedup)
            {
                Compare(passed, clean, read, dedup);
            }
        }

        if (tokens.Any(entry => entry.Part == "val"))
        {
            long documents = Sum(tokens, CountName.DocumentsTrain) + Sum(tokens, CountName.DocumentsValidation);
            long files = stages.IsOfText ? Sum(tokens, CountName.DocumentsUnfiltered) : Sum(dedup, CountName.ContentsOut);
            string source = stages.IsOfText ? "text" : "dataset";
            VerificationFault.ThrowUnlessEqual(
                where, files, documents, $"the {source} has {files} files, its tokens {documents} documents");
        }

        void Compare(CountName passed, IReadOnlyList<ManifestEntry> first, CountName read, IReadOnlyList<ManifestEntry> next)
        {
            (long one, long other) = (Sum(first, passed), Sum(next, read));
            VerificationFault.ThrowUnlessEqual(
                where, one, other, $"{first[0].Stage} passes on {passed} {one}, {next[0].Stage} has read {read} {other}");
        }
    }

    private static long Sum(IReadOnlyList<ManifestEntry> entries, CountName count) => entries.Sum(entry => entry.Count(count));
}
