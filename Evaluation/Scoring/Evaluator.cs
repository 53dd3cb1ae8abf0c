using System.Collections.Concurrent;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scores;
using DataForge.Evaluation.Sets;

namespace DataForge.Evaluation.Scoring;

/// <summary>Scores a file of samples on a set.</summary>
public sealed class Evaluator(EvaluationRequest request, IProgress<EvaluationProgress> progress)
{
    // Raised when a verdict can differ from that of an older version; results of both must not mix.
    private const int CodeVersion = 4;

    private static readonly int[] Ks = [1, 10, 100];

    private readonly double _cpuLimit = request.CpuLimit ?? request.Set.CpuLimit;

    /// <summary>Evaluates, going on where an earlier call was stopped.</summary>
    /// <exception cref="DataForgeException">A file cannot be read, the sandbox cannot run, or the set fails its test of itself.</exception>
    public async Task<EvaluationReport> RunAsync(CancellationToken cancellation)
    {
        IReadOnlyList<Problem> problems = request.Set.Read(request.DataFile);
        ILookup<string, Sample> samples = Samples(problems);
        PythonInterpreter python = PythonInterpreter.Find(request.Python);
        Directory.CreateDirectory(request.OutFolder);
        string data = DataHash.Of(request.DataFile), sampleHash = StageHash.OfFile(request.SamplesFile);
        string key = string.Create(
            CultureInfo.InvariantCulture,
            $"{CodeVersion} {request.Set.Name} {data} {sampleHash} {python.Version} {_cpuLimit} {request.Isolated}");
        using var log = new ResultLog(Path.Combine(request.OutFolder, EvaluationFiles.Log), StageHash.Of(key));
        using var sandbox = new SandboxPool(python, request.Isolated, request.Set.Modules);
        await sandbox.CheckAsync(cancellation).ConfigureAwait(false);
        SelfTestResult selfTest = await SelfTestAsync(problems, sandbox, log, cancellation).ConfigureAwait(false);
        await JudgeAsync(problems, samples, sandbox, log, cancellation).ConfigureAwait(false);
        ProblemResult[] results =
            [.. problems.Where(problem => log.Problems.ContainsKey(problem.Id)).Select(problem => log.Problems[problem.Id])];
        var report = new EvaluationReport(
            request.Set.Name, data, sampleHash, request.Generation, python.Version, request.Isolated, _cpuLimit, problems.Count,
            results.Sum(result => result.Samples.Count), problems.Count - results.Length, selfTest, Scores(problems, results),
            Reasons(results), Near(results), results)
        {
            Groups = GroupScore.Of(problems, results),
        };
        CanonicalJson.WriteFile(Path.Combine(request.OutFolder, EvaluationFiles.Report), report);
        if (report.Groups.Count > 0)
        {
            CanonicalJson.WriteFile(Path.Combine(request.OutFolder, EvaluationFiles.Codes), GroupScore.Codes(results));
        }

        return report;
    }

    /// <summary>Whether programs of the set can run here, so that a model does not write samples in vain.</summary>
    /// <exception cref="DataForgeException">They cannot.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        using var sandbox = new SandboxPool(PythonInterpreter.Find(request.Python), request.Isolated, request.Set.Modules);
        await sandbox.CheckAsync(cancellation).ConfigureAwait(false);
    }

    private static Score[] Scores(IReadOnlyList<Problem> problems, ProblemResult[] results)
    {
        // A problem without samples makes pass@k unknown; leaving it out would score the easier rest.
        if (results.Length < problems.Count)
        {
            return [];
        }

        SampleCounts[][] counts =
        [
            .. problems.Zip(results, (problem, result) => (Name: problem.CaseOf ?? problem.Id, Counts: Counts(result)))
                .GroupBy(one => one.Name, one => one.Counts, StringComparer.Ordinal).Select(cases => cases.ToArray()),
        ];
        return [.. Ks.Select(k => PassAtK.OfCases(counts, k)).OfType<Score>()];
    }

    private static SampleCounts Counts(ProblemResult result) =>
        new(result.Samples.Count, result.Samples.Count(sample => sample.Final.Passed));

    private static SortedDictionary<Reason, int> Reasons(ProblemResult[] results) =>
        new(results.SelectMany(result => result.Samples).CountBy(sample => sample.Final.Reason).ToDictionary());

    private static NearLimit[] Near(ProblemResult[] results) =>
    [
        .. from result in results
           from sample in result.Samples.Index()
           from test in sample.Item.Parts()
           where test.Alone is not null
           select new NearLimit(result.Id, sample.Index, test.First.Cpu, test.Alone!.Cpu, test.Final.Reason),
    ];

    private ILookup<string, Sample> Samples(IReadOnlyList<Problem> problems)
    {
        IReadOnlyList<Sample> samples = request.Set.ReadSamples(request.SamplesFile, problems);
        var known = problems.Select(problem => problem.Id).ToHashSet(StringComparer.Ordinal);
        if (samples.FirstOrDefault(sample => !known.Contains(sample.ProblemId)) is { } stray)
        {
            throw DataForgeException.Usage(
                $"{request.SamplesFile} has a sample of '{stray.ProblemId}', which is no problem of {request.DataFile}: "
                + "give samples of this set.");
        }

        return samples.Count > 0
            ? samples.ToLookup(sample => sample.ProblemId, StringComparer.Ordinal)
            : throw DataForgeException.Usage($"{request.SamplesFile} holds no samples.");
    }

    private async Task<SelfTestResult> SelfTestAsync(
        IReadOnlyList<Problem> problems, SandboxPool sandbox, ResultLog log, CancellationToken cancellation)
    {
        if (log.SelfTest is { } done)
        {
            return done;
        }

        var told = new Counter("testing the set", problems.Count, progress);
        SelfTestResult result = await new SelfTest(request.Set, problems, sandbox, request.Workers)
            .RunAsync(told, cancellation).ConfigureAwait(false);
        if (!result.Passed)
        {
            throw new DataForgeException(
                $"{request.DataFile} fails its own test, so no score is given. {string.Join("; ", result.Faults)}.");
        }

        log.Add(result);
        return result;
    }

    // Problems with a program near the limit wait until all others are done, because that program then runs alone.
    private async Task JudgeAsync(
        IReadOnlyList<Problem> problems, ILookup<string, Sample> samples, SandboxPool sandbox, ResultLog log,
        CancellationToken cancellation)
    {
        Problem[] open = [.. problems.Where(problem => samples.Contains(problem.Id) && !log.Problems.ContainsKey(problem.Id))];
        var limits = new ProgramLimits(_cpuLimit);
        var told = new Counter("judging", open.Length, progress);
        var judge = new SampleJudge(sandbox, limits);
        var near = new ConcurrentBag<(Problem Problem, SampleResult[] Results)>();
        int done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = request.Workers, CancellationToken = cancellation };
        await Parallel.ForEachAsync(open, options, async (problem, token) =>
        {
            var results = new List<SampleResult>();
            foreach (Sample sample in samples[problem.Id])
            {
                results.Add(await judge.JudgeAsync(problem, sample.Completion, token).ConfigureAwait(false));
            }

            if (results.Exists(result => result.IsNear(_cpuLimit)))
            {
                near.Add((problem, [.. results]));
                return;
            }

            log.Add(new ProblemResult(problem.Id, results));
            told.Report(Interlocked.Increment(ref done));
        }).ConfigureAwait(false);
        foreach ((Problem problem, SampleResult[] firsts) in near)
        {
            var results = new List<SampleResult>();
            foreach ((Sample sample, SampleResult first) in samples[problem.Id].Zip(firsts))
            {
                results.Add(first.IsNear(_cpuLimit)
                    ? await judge.AgainAsync(problem, sample.Completion, first, cancellation).ConfigureAwait(false)
                    : first);
            }

            log.Add(new ProblemResult(problem.Id, results));
            told.Report(Interlocked.Increment(ref done));
        }
    }

    private sealed class Counter(string step, int total, IProgress<EvaluationProgress> progress) : IProgress<int>
    {
        private readonly long _start = TimeProvider.System.GetTimestamp();

        /// <summary>Tells that so many problems are done.</summary>
        public void Report(int value)
        {
            double elapsed = TimeProvider.System.GetElapsedTime(_start).TotalSeconds;
            progress.Report(new EvaluationProgress(step, value, total, elapsed * (total - value) / value));
        }
    }
}
