namespace DataForge.Evaluation.Scores;

/// <summary>
/// pass@k: how likely at least one of k samples of a problem passes, by the unbiased estimator of Chen et al., "Evaluating Large Language
/// Models Trained on Code" (https://arxiv.org/abs/2107.03374): 1 − C(n−c, k) / C(n, k) for c passing samples of n.
/// </summary>
public static class PassAtK
{
    /// <summary>The estimate for one problem, as the product 1 − ∏ (1 − k/i) over i from n−c+1 to n, which cannot overflow.</summary>
    /// <param name="samples">n: the samples of the problem.</param>
    /// <param name="passed">c: those that passed, at most <paramref name="samples"/>.</param>
    /// <param name="k">k, from 1 to <paramref name="samples"/>.</param>
    public static double Estimate(int samples, int passed, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, k);
        ArgumentOutOfRangeException.ThrowIfNegative(passed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passed, samples);
        if (samples - passed < k)
        {
            return 1; // any k samples hold one that passed
        }

        double allFail = 1;
        for (int i = samples - passed + 1; i <= samples; i++)
        {
            allFail *= 1 - ((double)k / i);
        }

        return 1 - allFail;
    }

    /// <summary>
    /// The score of a set with its interval, or null where a problem has fewer than k samples: then pass@k cannot be estimated.
    /// </summary>
    public static Score? OfProblems(IReadOnlyList<SampleCounts> problems, int k) =>
        OfCases([.. problems.Select(IReadOnlyList<SampleCounts> (problem) => [problem])], k);

    /// <summary>
    /// The same where problems have cases that are sampled by themselves: a problem counts with the mean of its cases, and the interval
    /// knows that cases of one problem are alike.
    /// </summary>
    public static Score? OfCases(IReadOnlyList<IReadOnlyList<SampleCounts>> problems, int k)
    {
        if (problems.Count == 0 || problems.Any(cases => cases.Any(one => one.Samples < k)))
        {
            return null;
        }

        double[] estimates = [.. problems.Select(cases => cases.Average(one => Estimate(one.Samples, one.Passed, k)))];
        return new Score(k, estimates.Average(), ScoreInterval.Of(estimates));
    }
}

/// <summary>How many samples a problem has and how many of them passed.</summary>
/// <param name="Samples">The samples.</param>
/// <param name="Passed">Those that passed.</param>
public readonly record struct SampleCounts(int Samples, int Passed);

/// <summary>A set's pass@k.</summary>
/// <param name="K">k.</param>
/// <param name="Mean">The mean of the problems' estimates, from 0 to 1.</param>
/// <param name="Interval">Where the mean over all problems of this kind lies with 95 % confidence.</param>
public sealed record Score(int K, double Mean, ScoreInterval Interval);
