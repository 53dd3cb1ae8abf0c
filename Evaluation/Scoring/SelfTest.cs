using System.Collections.Concurrent;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Sets;

namespace DataForge.Evaluation.Scoring;

/// <summary>
/// What a set must show before its scores mean anything: its reference solutions pass, answers that know nothing of the problem fail, and
/// no cheat passes. Each problem takes one constant and one cheat in turn; <paramref name="all"/> takes all of them.
/// </summary>
internal sealed class SelfTest(IBenchmarkSet set, IReadOnlyList<Problem> problems, SandboxPool sandbox, int workers, bool all = false)
{
    private const int MostFaults = 20;

    private readonly SampleJudge _judge = new(sandbox, new ProgramLimits(set.CpuLimit));
    private readonly ConcurrentBag<(int Problem, string Fault)> _faults = [];
    private int _references, _trivial, _trivialPassed, _cheats, _cheatsPassed;

    /// <summary>Runs it.</summary>
    /// <param name="progress">Is told after each problem.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<SelfTestResult> RunAsync(IProgress<int> progress, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
        int done = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, problems.Count), options, async (index, token) =>
        {
            await TestAsync(index, token).ConfigureAwait(false);
            progress.Report(Interlocked.Increment(ref done));
        }).ConfigureAwait(false);
        if (set.TrivialAnswersMayPass && _trivialPassed * 2 > _trivial)
        {
            _faults.Add((-1, $"{_trivialPassed} of {_trivial} empty and constant answers pass"));
        }

        string[] faults = [.. _faults.Order().Select(fault => fault.Fault).Take(MostFaults)];
        int references = problems.Count(problem => problem.IsSolvable);
        return new SelfTestResult(references, _references, _trivial, _trivialPassed, _cheats, _cheatsPassed, faults);
    }

    private async Task TestAsync(int index, CancellationToken cancellation)
    {
        Problem problem = problems[index];
        if (problem.IsSolvable)
        {
            await ReferenceAsync().ConfigureAwait(false);
        }

        await TrivialAsync("an empty completion", "").ConfigureAwait(false);
        foreach (string constant in Turn(Cheat.Constants, index))
        {
            await TrivialAsync($"the constant {constant}", problem.Answer("", constant)).ConfigureAwait(false);
        }

        foreach (Cheat cheat in Turn(Cheat.All, index))
        {
            Interlocked.Increment(ref _cheats);
            if ((await JudgeAsync(problem.Answer(cheat.Top, cheat.Expression)).ConfigureAwait(false)).Passed
                && !await IsRightAsync(cheat.Expression).ConfigureAwait(false))
            {
                Interlocked.Increment(ref _cheatsPassed);
                Fault($"a cheat passes: {cheat.Name}");
            }
        }

        async Task ReferenceAsync()
        {
            Verdict reference = await JudgeAsync(problem.Reference).ConfigureAwait(false);
            for (int i = 0; i < problem.OtherReferences.Count && !reference.Passed; i++)
            {
                reference = await JudgeAsync(problem.OtherReferences[i]).ConfigureAwait(false);
            }

            if (reference.Passed)
            {
                Interlocked.Increment(ref _references);
            }
            else
            {
                Fault($"the reference solution fails ({reference.Reason}: {reference.Detail})");
            }
        }

        async Task TrivialAsync(string what, string completion)
        {
            Interlocked.Increment(ref _trivial);
            if ((await JudgeAsync(completion).ConfigureAwait(false)).Passed)
            {
                Interlocked.Increment(ref _trivialPassed);
                if (!set.TrivialAnswersMayPass)
                {
                    Fault($"{what} passes");
                }
            }
        }

        // Where a trivial answer can be right, a cheat that gives it passes for what it answers: its number arrives as a plain 0.0, which
        // equals 0 and False.
        async Task<bool> IsRightAsync(string expression)
        {
            IEnumerable<string> constants = ["", .. Cheat.Constants.Append(expression).Select(Constant)];
            foreach (string constant in constants)
            {
                if (set.TrivialAnswersMayPass && (await JudgeAsync(constant).ConfigureAwait(false)).Passed)
                {
                    return true;
                }
            }

            return false;
        }

        string Constant(string expression) => problem.Answer("", expression);

        Task<Verdict> JudgeAsync(string completion) => _judge.FirstFailureAsync(problem, completion, cancellation);

        void Fault(string what) => _faults.Add((index, $"{problem.Id}: {what}"));
    }

    private IEnumerable<T> Turn<T>(IReadOnlyList<T> list, int index) => all ? list : [list[index % list.Count]];
}
