using DataForge.Corpus;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Evaluation.Tests.Sandbox;
using DataForge.Testing;

namespace DataForge.Evaluation.Tests.Scoring;

public sealed class EvaluatorTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IDisposable
{
    private const string Burn = "    import time\n    end = time.process_time() + {0}\n    while time.process_time() < end: pass\n    return x + ";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Run_ofSamples_countsWhatPassedAndWhy()
    {
        WriteProblems(3);
        WriteSamples(("t/0", "    return x + 0\n"), ("t/0", "    return x\n"), ("t/1", "    return x + 1\n"), ("t/1", "    return 7\n"),
            ("t/2", "    return y\n"), ("t/2", "    return (\n"));
        EvaluationReport report = await RunAsync();
        Assert.Equal(0.5, Assert.Single(report.Scores).Mean);
        Assert.Equal(1, report.Scores[0].K);
        Assert.Equal(
            new Dictionary<Reason, int> { [Reason.Passed] = 3, [Reason.Assertion] = 1, [Reason.Exception] = 1, [Reason.Syntax] = 1 },
            report.Reasons.ToDictionary());
        Assert.True(report.SelfTest.Passed);
        Assert.Empty(report.NearLimit);
        Assert.True(File.Exists(_folder["out", EvaluationFiles.Report]));
    }

    [Fact]
    public async Task Run_afterAnInterruptionAtAnyByte_givesTheSameFigures()
    {
        WriteProblems(3);
        WriteSamples(("t/0", "    return x\n"), ("t/1", "    return x + 1\n"), ("t/2", "    return 7\n"));
        string expected = Figures(await RunAsync());
        string log = _folder["out", EvaluationFiles.Log];
        byte[] whole = File.ReadAllBytes(log);
        int firstLine = Array.IndexOf(whole, (byte)'\n');
        foreach (int length in new[] { 0, firstLine / 2, firstLine + 1, whole.Length - 40, whole.Length - 1, whole.Length })
        {
            File.WriteAllBytes(log, whole[..length]);
            Assert.Equal(expected, Figures(await RunAsync()));
        }
    }

    [Fact]
    public async Task Run_ofAProgramNearTheLimit_runsItAgainAloneAndNamesIt()
    {
        WriteProblems(2);
        WriteSamples(("t/0", string.Format(Burn, 0.4) + "0\n"), ("t/0", "    return x\n"), ("t/1", "    return x + 1\n"), ("t/1", "    return 0\n"));
        EvaluationReport report = await RunAsync(cpuLimit: 0.6);
        NearLimit near = Assert.Single(report.NearLimit);
        Assert.Equal(("t/0", 0), (near.Problem, near.Sample));
        Assert.InRange(near.AloneCpu, 0.4, 1.2);
        Assert.InRange(near.FirstCpu, 0.4, 1.2);
    }

    [Fact]
    public async Task Run_whereAProblemHasNoSamples_givesNoScore()
    {
        WriteProblems(2);
        WriteSamples(("t/0", "    return x\n"));
        EvaluationReport report = await RunAsync();
        Assert.Empty(report.Scores);
        Assert.Equal(1, report.ProblemsWithoutSamples);
    }

    [Theory]
    [InlineData("    return x + 5\n", "the reference solution fails")]
    [InlineData("    return x\n", "passes")]
    public async Task Run_ofASetThatFailsItsOwnTest_givesNoScore(string reference, string fault)
    {
        // The first has a wrong reference; the tests of the second check nothing.
        string test = fault == "passes" ? "assert True" : "assert candidate(3) == 3";
        _folder.Write("set.jsonl", Problem(0, reference, test));
        WriteSamples(("t/0", "    return x\n"));
        DataForgeException error = await Assert.ThrowsAsync<DataForgeException>(() => RunAsync());
        Assert.Contains(fault, error.Message);
        Assert.Contains("no score is given", error.Message);
        Assert.False(File.Exists(_folder["out", EvaluationFiles.Report]));
    }

    [Fact]
    public async Task Run_withASampleOfAnotherSet_isRefused()
    {
        WriteProblems(1);
        WriteSamples(("t/9", "    return x\n"));
        DataForgeException error = await Assert.ThrowsAsync<DataForgeException>(() => RunAsync());
        Assert.Contains("t/9", error.Message);
        Assert.Equal(DataForgeException.WrongUse, error.ExitCode);
    }

    [Fact]
    public async Task Run_intoResultsOfOtherSamples_isRefused()
    {
        WriteProblems(1);
        WriteSamples(("t/0", "    return x\n"));
        await RunAsync();
        WriteSamples(("t/0", "    return 1\n"));
        DataForgeException error = await Assert.ThrowsAsync<DataForgeException>(() => RunAsync());
        Assert.Contains("other samples", error.Message);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_always_writesOnlyFilesThatAnOptOutRemoves()
    {
        WriteProblems(1);
        WriteSamples(("t/0", "    return x\n"));
        await RunAsync();
        Assert.All(Directory.GetFiles(_folder["out"]), file => Assert.Contains(Path.GetFileName(file), EvaluationFiles.All));
    }

    private static string Figures(EvaluationReport report) => string.Join(
        '\n',
        report.Results.SelectMany(result => result.Samples.Select(sample => $"{result.Id} {sample.Final.Reason} {sample.Final.Detail}"))
            .Concat(report.Scores.Select(score => score.ToString())));

    private static string Problem(int number, string reference, string test) => System.Text.Json.JsonSerializer.Serialize(new
    {
        task_id = $"t/{number}", prompt = "def f(x):\n", canonical_solution = reference, entry_point = "f",
        test = $"def check(candidate):\n    {test}\n",
    });

    private void WriteProblems(int count) => _folder.Write("set.jsonl", string.Join('\n', Enumerable.Range(0, count)
        .Select(i => Problem(i, $"    return x + {i}\n", $"assert candidate(3) == {i + 3} and candidate(9) == {i + 9}"))));

    private void WriteSamples(params (string Id, string Completion)[] samples) => _folder.Write("samples.jsonl", string.Join(
        '\n', samples.Select(sample => System.Text.Json.JsonSerializer.Serialize(new { task_id = sample.Id, completion = sample.Completion }))));

    private Task<EvaluationReport> RunAsync(double? cpuLimit = null)
    {
        _ = sandbox.Pool; // skips where there is none
        var request = new EvaluationRequest(
            BenchmarkSets.Find("humaneval"), _folder["set.jsonl"], _folder["samples.jsonl"], _folder["out"], 2, CpuLimit: cpuLimit);
        return new Evaluator(request, new Progress<EvaluationProgress>()).RunAsync(default);
    }
}
