namespace DataForge.Inspection.Tracing;

/// <summary>
/// How much of what a model wrote stands in its training set, token for token. The properties are the fields of <c>memorisation.json</c>.
/// </summary>
internal sealed record Memorisation
{
    private const int MostNamed = 20;

    // The fewest tokens of each line of the report. The first two are the rule's own: a run that counts if a file has most of the sample,
    // and one that counts alone.
    private static readonly int[] Lengths = [SourceRule.MinRun, SourceRule.LongRun, 120, 240];

    /// <summary>The run whose dataset was searched.</summary>
    public required string Run { get; init; }

    /// <summary>The samples.</summary>
    public required int Samples { get; init; }

    /// <summary>Samples with too few tokens to have a source.</summary>
    public required int TooShort { get; init; }

    /// <summary>Samples that stand as a whole in a training file.</summary>
    public required int Whole { get; init; }

    /// <summary>How many samples share long runs of tokens with training files.</summary>
    public required IReadOnlyList<MemorisedSpan> Spans { get; init; }

    /// <summary>The samples with the longest runs.</summary>
    public required IReadOnlyList<MemorisedSample> Longest { get; init; }

    /// <summary>Counts the answers of a search for samples.</summary>
    /// <param name="run">The run whose dataset was searched.</param>
    /// <param name="answers">An answer for each sample.</param>
    public static Memorisation Of(string run, IReadOnlyList<TraceAnswer> answers)
    {
        int shortOnes = answers.Count(answer => answer.Tokens < SourceRule.MinRun);
        return new Memorisation
        {
            Run = run,
            Samples = answers.Count,
            TooShort = shortOnes,
            Whole = answers.Count(answer => answer.LongestRun > 0 && answer.LongestRun == answer.Tokens),
            Spans = [.. Lengths.Select(length => Span(length, answers))],
            Longest =
            [
                .. answers.Where(answer => answer.LongestRun > 0).OrderByDescending(answer => answer.LongestRun)
                    .ThenBy(answer => answer.Snippet, StringComparer.Ordinal).Take(MostNamed)
                    .Select(answer => new MemorisedSample(
                        answer.Snippet, answer.Tokens, answer.LongestRun, answer.Files, answer.Sources.FirstOrDefault())),
            ],
        };
    }

    private static MemorisedSpan Span(int length, IReadOnlyList<TraceAnswer> answers)
    {
        int samples = answers.Count(answer => answer.LongestRun >= length);
        return new MemorisedSpan(length, samples, answers.Count == 0 ? 0 : Math.Round((double)samples / answers.Count, 6));
    }
}

/// <summary>Samples that share a run of at least so many tokens with a training file.</summary>
/// <param name="Tokens">The fewest tokens of the run.</param>
/// <param name="Samples">The samples.</param>
/// <param name="Share">Their share of all samples.</param>
internal sealed record MemorisedSpan(int Tokens, int Samples, double Share);

/// <summary>A sample that shares a run of tokens with training files.</summary>
/// <param name="Sample">Its name.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="LongestRun">The tokens of the longest run.</param>
/// <param name="Files">Training files that are close to it.</param>
/// <param name="Source">The closest of them; null where files of many repositories have the run, so that it is nobody's.</param>
internal sealed record MemorisedSample(string Sample, int Tokens, int LongestRun, int Files, TraceSource? Source);
