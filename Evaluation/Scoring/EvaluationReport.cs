using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scores;

namespace DataForge.Evaluation.Scoring;

/// <summary>The result of an evaluation, as <c>evaluation.json</c> holds it.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="DataSha256">The hash of its file.</param>
/// <param name="SamplesSha256">The hash of the samples' file.</param>
/// <param name="Generation">How the samples were generated; null where they were given.</param>
/// <param name="Python">The interpreter's version.</param>
/// <param name="Sandbox">Whether programs ran in the sandbox.</param>
/// <param name="CpuLimit">Seconds of processor time that a program could use.</param>
/// <param name="Problems">The problems of the set.</param>
/// <param name="Samples">The samples.</param>
/// <param name="ProblemsWithoutSamples">Problems that no sample is of; while there are any, there is no score.</param>
/// <param name="SelfTest">How the set tested itself.</param>
/// <param name="Scores">pass@k for each k that all problems have samples for.</param>
/// <param name="Reasons">How many samples ended how.</param>
/// <param name="NearLimit">Samples that used between half and twice the limit, with the times of both runs.</param>
/// <param name="Results">Every problem, in the set's order.</param>
public sealed record EvaluationReport(
    string Set, string DataSha256, string SamplesSha256, GenerationSettings? Generation, string Python, bool Sandbox, double CpuLimit,
    int Problems, int Samples, int ProblemsWithoutSamples, SelfTestResult SelfTest, IReadOnlyList<Score> Scores,
    IReadOnlyDictionary<Reason, int> Reasons,
    IReadOnlyList<NearLimit> NearLimit, IReadOnlyList<ProblemResult> Results)
{
    /// <summary>The same by the set's parts, such as its difficulties; empty where it has none.</summary>
    public IReadOnlyList<GroupScore> Groups { get; init; } = [];
}

/// <summary>A sample whose time is near the limit.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Sample">The sample's place among the problem's, from 0.</param>
/// <param name="FirstCpu">Seconds used beside other programs.</param>
/// <param name="AloneCpu">Seconds used alone, which count.</param>
/// <param name="Reason">The verdict.</param>
public sealed record NearLimit(string Problem, int Sample, double FirstCpu, double AloneCpu, Reason Reason);
