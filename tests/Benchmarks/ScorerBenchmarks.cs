using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Sets;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// The scorer beside the way of HumanEval's official script (a thread pool of 4; for each sample a manager's process and a process that
/// runs program and tests), in turns on the same samples: references, with a wrong one among four. Arguments: the set's file, samples of
/// each problem (default 20), turns (default 2).
/// </summary>
internal static class ScorerBenchmarks
{
    private const int Workers = 4, WrongOneOf = 4;

    /// <summary>Runs it.</summary>
    public static void Run(string[] args)
    {
        string file = args.Length > 0 ? args[0] : SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz")
            ?? throw new FileNotFoundException("name HumanEval.jsonl.gz as the first argument");
        int samples = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
        int turns = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 2;
        var set = new HumanEvalSet("humaneval", infilling: false);
        ProgramJob[][] problems =
        [
            .. from problem in set.Read(file)
               select Enumerable.Range(0, samples)
                   .Select(sample => problem.Build(sample % WrongOneOf == WrongOneOf - 1 ? "    return None\n" : problem.Reference)[0])
                   .ToArray(),
        ];
        string programs = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(programs, problems.SelectMany(jobs => jobs).Select(job => JsonSerializer.Serialize($"{job.Program}\n{job.Tests}")));
            for (int turn = 0; turn < turns; turn++)
            {
                (double ours, int passed) = OursAsync(problems).GetAwaiter().GetResult();
                (double official, int officiallyPassed) = Official(programs);
                Console.WriteLine(
                    $"{problems.Length * samples} samples, {Workers} workers: {ours:F1} s here ({passed} pass), {official:F1} s the official way "
                    + $"({officiallyPassed} pass): {official / ours:F2} times as fast");
            }
        }
        finally
        {
            File.Delete(programs);
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

    private static (double Seconds, int Passed) Official(string programs)
    {
        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Benchmarks", "scorer", "official_way.py");
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo("python3", [script, programs]) { RedirectStandardOutput = true })!;
        int passed = int.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        process.WaitForExit();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, passed);
    }
}
