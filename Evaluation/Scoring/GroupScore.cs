using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Sets;

namespace DataForge.Evaluation.Scoring;

/// <summary>How samples of a part of a set did, counted as APPS counts them.</summary>
/// <param name="Group">The part; <c>all</c> for the whole set.</param>
/// <param name="Problems">Its problems that have samples.</param>
/// <param name="Samples">Their samples.</param>
/// <param name="TestAverage">The share of tests that passed, averaged over the samples of each problem and then over problems.</param>
/// <param name="Strict">The same of samples that passed all their tests.</param>
/// <param name="NotCompiled">Samples that do not compile, or lack what is called (APPS's code -2).</param>
/// <param name="Failed">Tests that ended with an error or ran out of time (APPS's code -1).</param>
/// <param name="Tests">Tests that ran.</param>
public sealed record GroupScore(
    string Group, int Problems, int Samples, double TestAverage, double Strict, int NotCompiled, int Failed, int Tests)
{
    private const string Whole = "all";

    private const int NotLoaded = -2, Error = -1;

    /// <summary>
    /// What APPS says of a test: -2 for a program that does not compile, -1 for one that ends with an error, 0 for a wrong answer and 1 for
    /// a right one.
    /// </summary>
    public static int CodeOf(Verdict verdict) => verdict switch
    {
        { Passed: true } => 1,
        { Loaded: false } => NotLoaded,
        { Reason: Reason.Assertion } => 0,
        _ => Error,
    };

    /// <summary>
    /// The codes of all tests of all samples as APPS's scripts write them, with <c>true</c> and <c>false</c>: an object with a list of
    /// samples for each problem, each a list of codes.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<object>>> Codes(IReadOnlyList<ProblemResult> results) =>
        results.ToDictionary(
            result => result.Id, IReadOnlyList<IReadOnlyList<object>> (result) => [.. result.Samples.Select(Codes)]);

    /// <summary>The scores of each part and of the whole; none where the set has no parts.</summary>
    public static IReadOnlyList<GroupScore> Of(IReadOnlyList<Problem> problems, IReadOnlyList<ProblemResult> results)
    {
        if (results.Count == 0 || problems.All(problem => problem.Group is null))
        {
            return [];
        }

        var groups = problems.ToDictionary(problem => problem.Id, problem => problem.Group ?? "", StringComparer.Ordinal);
        return
        [
            .. results.GroupBy(result => groups[result.Id], StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Of(group.Key, [.. group])),
            Of(Whole, results),
        ];
    }

    private static IReadOnlyList<object> Codes(SampleResult sample) =>
        [.. sample.Parts().Select(part => CodeOf(part.Final)).Select(object (code) => code < 0 ? code : code == 1)];

    private static GroupScore Of(string group, IReadOnlyList<ProblemResult> results)
    {
        SampleResult[] samples = [.. results.SelectMany(result => result.Samples)];
        int[] codes = [.. samples.SelectMany(sample => sample.Parts()).Select(part => CodeOf(part.Final))];
        int notCompiled = codes.Count(code => code == NotLoaded);
        return new GroupScore(
            group, results.Count, samples.Length,
            results.Average(result => result.Samples.Average(sample => sample.Parts().Average(part => part.Final.Passed ? 1.0 : 0))),
            results.Average(result => result.Samples.Average(sample => sample.Final.Passed ? 1.0 : 0)),
            notCompiled, codes.Count(code => code == Error), codes.Length - notCompiled);
    }
}
