using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Sets;

namespace DataForge.Evaluation.Scoring;

/// <summary>Judges samples: all tests of each, one after the other.</summary>
internal sealed class SampleJudge(SandboxPool sandbox, ProgramLimits limits)
{
    /// <summary>Judges a completion beside others. A program that could not be loaded is not tried with its other tests.</summary>
    public async Task<SampleResult> JudgeAsync(Problem problem, string completion, CancellationToken cancellation)
    {
        var tests = new List<SampleResult>();
        foreach (ProgramJob job in problem.Build(completion))
        {
            Verdict verdict = await sandbox.JudgeAsync(job, limits, cancellation).ConfigureAwait(false);
            tests.Add(new SampleResult(verdict));
            if (!verdict.Loaded)
            {
                break;
            }
        }

        return SampleResult.Of(tests);
    }

    /// <summary>Judges those tests again that used about as much time as the limit; the caller sees to it that nothing else runs.</summary>
    public async Task<SampleResult> AgainAsync(Problem problem, string completion, SampleResult first, CancellationToken cancellation)
    {
        var tests = new List<SampleResult>();
        foreach ((ProgramJob job, SampleResult test) in problem.Build(completion).Zip(first.Parts()))
        {
            tests.Add(SampleResult.IsNear(test.First, limits.Cpu)
                ? new SampleResult(test.First, await sandbox.JudgeAsync(job, limits, cancellation).ConfigureAwait(false))
                : test);
        }

        return SampleResult.Of(tests);
    }

    /// <summary>The verdict of the first test that a completion does not pass; of the last where it passes all.</summary>
    public async Task<Verdict> FirstFailureAsync(Problem problem, string completion, CancellationToken cancellation)
    {
        Verdict? last = null;
        foreach (ProgramJob job in problem.Build(completion))
        {
            last = await sandbox.JudgeAsync(job, limits, cancellation).ConfigureAwait(false);
            if (!last.Passed)
            {
                break;
            }
        }

        return last!;
    }
}
