using System.Globalization;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scores;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;

namespace DataForge.Orchestrator.Terminal;

/// <summary>An evaluation's figures as a table.</summary>
internal static class EvaluationTable
{
    private const int NamedNearLimit = 10;

    /// <summary>The lines of the table.</summary>
    public static IEnumerable<string> Lines(EvaluationReport report)
    {
        SelfTestResult test = report.SelfTest;
        yield return $"{report.Set}: {report.Samples:N0} samples of {report.Problems:N0} problems, Python {report.Python}, "
            + $"{report.CpuLimit} s of processor time each{(report.Sandbox ? "" : ", WITHOUT the sandbox")}";
        yield return $"its own test: {test.ReferencesPassed:N0} of {test.References:N0} {References(report.Set)} pass, "
            + $"{test.TrivialPassed:N0} of {test.Trivial:N0} empty or constant answers, {test.CheatsPassed:N0} of {test.Cheats:N0} cheats";
        yield return string.Join(", ", report.Reasons.Select(reason => $"{Name(reason.Key)} {reason.Value:N0}"));
        foreach (NearLimit near in report.NearLimit.Take(NamedNearLimit))
        {
            yield return $"near the limit: {near.Problem}, sample {near.Sample}: {near.FirstCpu:F2} s, alone {near.AloneCpu:F2} s, "
                + $"{Name(near.Reason)}";
        }

        if (report.NearLimit.Count > NamedNearLimit)
        {
            yield return $"near the limit: {report.NearLimit.Count - NamedNearLimit:N0} more, in the JSON file";
        }

        foreach (GroupScore group in report.Groups)
        {
            yield return $"{group.Group}: {group.Problems:N0} problems, test average {Percent(group.TestAverage)} %, strict accuracy "
                + $"{Percent(group.Strict)} %; of {group.Samples:N0} samples {group.NotCompiled:N0} do not compile (-2), "
                + $"of {group.Tests:N0} tests {group.Failed:N0} end with an error or run out of time (-1)";
        }

        if (report.Scores.Count == 0)
        {
            yield return $"no score: {report.ProblemsWithoutSamples:N0} problems have no samples, and pass@k needs k of each";
            yield break;
        }

        yield return "";
        yield return Row("", [.. report.Scores.Select(score => $"pass@{score.K}")]);
        yield return Row("this model", [.. report.Scores.Select(score => Percent(score.Mean))]);
        yield return Row(
            "  95 % interval",
            [.. report.Scores.Select(score => $"{Percent(score.Interval.Low)}–{Percent(score.Interval.High)}")]);
        if (report.Set == "humaneval")
        {
            yield return "published:";
            foreach (PublishedScores published in PublishedScores.HumanEval)
            {
                yield return Row("  " + published.Model, [.. report.Scores.Select(score => Percent(published.At(score.K) / 100))]);
            }
        }
    }

    /// <summary>What must pass in a set's test of itself.</summary>
    internal static string References(string name) => BenchmarkSets.All.Any(set => set.Name == name && !set.HasSolutions)
        ? "programs that print the expected value (the set has no reference solutions)"
        : "references";

    /// <summary>A reason as it is shown.</summary>
    internal static string Name(Reason reason) => reason == Reason.TimeOut ? "time-out" : reason.ToString().ToLowerInvariant();

    /// <summary>A share as a percentage with two decimals.</summary>
    internal static string Percent(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture);

    private static string Row(string name, string[] cells) => name.PadRight(20) + string.Concat(cells.Select(cell => cell.PadLeft(14)));
}
