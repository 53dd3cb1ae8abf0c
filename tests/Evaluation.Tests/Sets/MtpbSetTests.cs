using System.Text.Json;
using System.Text.RegularExpressions;
using DataForge.Corpus;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scores;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Evaluation.Tests.Sandbox;
using DataForge.Testing;

namespace DataForge.Evaluation.Tests.Sets;

public sealed class MtpbSetTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IDisposable
{
    private const string Fibonacci = "def fib(n):\n    a, b = 0, 1\n    for _ in range(n - 1):\n        a, b = b, a + b\n    return b";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_ofTheSetsOwnFile_givesEachCaseWithItsPromptsFilled()
    {
        IReadOnlyList<Problem> problems = Problems();
        Assert.Equal(575, problems.Count);
        Assert.Equal(115, problems.Select(problem => problem.CaseOf).Distinct().Count());
        Assert.Equal(7, problems.Count(problem => !problem.IsSolvable));
        Problem problem = problems.Single(problem => problem.Id == "3/2");
        Assert.StartsWith("# Import libraries.\n\nimport numpy as np\n\n# Write a function that takes an integer minutes", problem.Prompt);
        Assert.Equal("# Print the total seconds of 32 hours and 32 minutes.\n", problem.Turns[^1]);
        Assert.Equal((2, 128), (problem.Turns.Count, problem.MostNewTokens));
        Assert.EndsWith(" (1) get_age() returns \"{name} is age {age}\", (2) get_height() returns \"{name} is {height} cm\", (3) get_weight() returns \"{name} weighs {weight} kg\".\n", problems.First(one => one.CaseOf == "12" && one.Turns.Any(turn => turn.Contains("get_age"))).Turns.First(turn => turn.Contains("get_age")));
    }

    [Theory]
    [InlineData("""{"a": [1, 2.0, "it's", null, true, [], {"k": "\"'\n"}]}""", """[1, 2.0, "it's", None, True, [], {'k': '"\'\n'}]""")]
    [InlineData("""{"a": "it's"}""", "it's")]
    [InlineData("""{"a": 0.1}""", "0.1")]
    [InlineData("""{"a": -1000000.0000001}""", "-1000000.0000001")]
    [InlineData("""{"a": 1e16}""", "1e+16")]
    [InlineData("""{"a": 1e15}""", "1000000000000000.0")]
    [InlineData("""{"a": 1.5E-5}""", "1.5e-05")]
    [InlineData("""{"a": 0.00012}""", "0.00012")]
    [InlineData("""{"a": -0.0}""", "-0.0")]
    [InlineData("""{"a": 123456789012345678901234567890}""", "123456789012345678901234567890")]
    [InlineData("""{"a": ["\u00e9\u0007\u200b\ud83d\ude00"]}""", @"['é\x07\u200b😀']")]
    public void Read_ofAnInput_writesItAsPythonDoes(string input, string expected)
    {
        Problem problem = Assert.Single(Write("1", ["Take {a} of {{}}."], input, "1"));
        Assert.Equal($"# Import libraries.\n\nimport numpy as np\n\n# Take {expected} of {{}}.\n", problem.Prompt);
    }

    [Theory]
    [InlineData("3", "def minutes(m):\n    return m * 60", "def hours(h):\n    return h * 3600", "print(hours($0) + minutes($1))", " * ", " + ")]
    [InlineData("3", "def minutes(m):\n    return m * 60", "def hours(h):\n    return h * 3600", "hours($0) + minutes($1)", ") + ", ") - ")]
    [InlineData("4", Fibonacci, "def square(x):\n    return x * x", "print(square(fib($0)))", "n - 1", "n + 1")]
    [InlineData("4", Fibonacci, "def square(x):\n    return x * x", "answer = square(fib($0))", "x * x", "x + x")]
    public async Task Judge_ofARightSolution_passesEachCaseAndWithOneOperatorFlippedNot(
        string id, string first, string second, string last, string operation, string flipped)
    {
        Problem[] cases = [.. Problems().Where(problem => problem.CaseOf == id)];
        Assert.Equal(5, cases.Length);
        int failed = 0;
        foreach (Problem problem in cases)
        {
            string[] numbers = [.. Regex.Matches(problem.Turns[^1], "[0-9]+").Select(match => match.Value)];
            string[] turns = [first, second, last.Replace("$0", numbers[0]).Replace("$1", numbers[^1])];
            Verdict right = await JudgeAsync(problem, Completion(problem, turns));
            Assert.True(right.Passed, $"{problem.Id}: {right}");
            failed += (await JudgeAsync(problem, Completion(problem, [.. turns.Select(turn => turn.Replace(operation, flipped))]))).Passed ? 0 : 1;
        }

        Assert.True(failed > 0);
    }

    [Theory]
    [InlineData("print(5)", "5", Reason.Passed)]
    [InlineData("2 + 3", "5", Reason.Passed)]
    [InlineData("x = 2 + 3", "5", Reason.Passed)]
    [InlineData("x = 5\nx += 0", "5", Reason.Assertion)] // prints 0, as the set's script does
    [InlineData("print(4)\nprint(5)", "5", Reason.Passed)]
    [InlineData("print(5)\nprint(4)", "5", Reason.Assertion)]
    [InlineData("print(5)\nraise ValueError('x')", "5", Reason.Passed)]
    [InlineData("print(5)\nraise SystemExit", "5", Reason.Passed)]
    [InlineData("raise ValueError('x')\nprint(5)", "5", Reason.Exception)]
    [InlineData("print(5, 4)", "5", Reason.Passed)]
    [InlineData("print(5)\nprint()", "5", Reason.Exception)]
    [InlineData("def f():\n    print(5)\nf()", "5", Reason.Exception)] // prints what f gives, as the set's script does
    [InlineData("if __name__ == '__main__':\n    print(5)", "5", Reason.Passed)]
    [InlineData("for x in 4, 5: print(x)", "5", Reason.Passed)]
    [InlineData("import sys\nsys.stdout.write('5')", "5", Reason.Assertion)] // prints the number of characters
    [InlineData("print(5", "5", Reason.Syntax)]
    [InlineData("", "5", Reason.Exception)]
    [InlineData("print('5')", "5", Reason.Passed)]
    [InlineData("print(5.7)", "5", Reason.Passed)]
    [InlineData("print(True)", "1", Reason.Passed)]
    [InlineData("print(1)", "true", Reason.Assertion)]
    [InlineData("print('True')", "true", Reason.Passed)]
    [InlineData("print('False')", "true", Reason.Assertion)]
    [InlineData("print(0.1 + 0.2)", "0.3", Reason.Passed)]
    [InlineData("print(0.30001)", "0.3", Reason.Assertion)]
    [InlineData("print([0.1 + 0.2])", "[0.3]", Reason.Assertion)]
    [InlineData("print(x * 2 for x in (1, 2))", "[2, 4]", Reason.Passed)]
    [InlineData("print((2, 4))", "[2, 4]", Reason.Passed)]
    [InlineData("print([(1, 2), [3]])", "[[1, 2], [3]]", Reason.Passed)]
    [InlineData("print([[1], (2, 3)])", "[[1], [2, 3]]", Reason.Assertion)]
    [InlineData("print('ab')", "[\"a\", \"b\"]", Reason.Passed)]
    [InlineData("x = [1]\nprint(x)\nx.append(2)", "[1, 2]", Reason.Exception)] // prints what append gives
    [InlineData("x = [1]\nprint(x)\nx[0] = 2", "[2]", Reason.Exception)] // prints 2
    [InlineData("print(12)", "\"12\"", Reason.Passed)]
    [InlineData("class C:\n    def __str__(self): return 'é'\nprint(C())", "\"\\u00e9\"", Reason.Passed)]
    [InlineData("class C:\n    def __int__(self): return 5\nprint(C())", "5", Reason.Passed)]
    [InlineData("class C:\n    def __iter__(self): return iter((1, 2))\nprint(C())", "[1, 2]", Reason.Passed)]
    [InlineData("class C:\n    def __eq__(self, other): return True\nprint(C())", "5", Reason.Exception)]
    [InlineData("class C:\n    def __eq__(self, other): return True\nprint([C()])", "[5]", Reason.Assertion)]
    [InlineData("print({'a': 1})", "{\"a\": 1}", Reason.Exception)]
    [InlineData("print(None)", "null", Reason.Exception)]
    public async Task Judge_ofAProgram_comparesTheLastValueAsTheSetsScript(string program, string output, Reason reason)
    {
        Verdict verdict = await JudgeAsync(Assert.Single(Write("1", ["Do it."], "{}", output)), program);
        Assert.True(verdict.Reason == reason, $"{verdict}");
    }

    [Fact]
    public async Task SelfTest_ofCases_showsThatTheExpectedValuePassesAndCheatsDoNot()
    {
        string[] outputs = ["true", "0", "[]", "\"abc\"", "{\"a\": 1}"];
        string file = _folder.Write("set.jsonl", Line("1", ["Do it."], string.Join(", ", outputs.Select(_ => "{}")), string.Join(", ", outputs)));
        var set = new MtpbWithoutNumpy();
        SelfTestResult result = await new SelfTest(set, set.Read(file), sandbox.Pool, 2, all: true).RunAsync(new Progress<int>(), default);
        Assert.Empty(result.Faults);
        Assert.Equal((4, 4, 0), (result.References, result.ReferencesPassed, result.CheatsPassed));
        Assert.Equal(outputs.Length * (1 + Cheat.Constants.Count), result.Trivial);
        Assert.Equal(6, result.TrivialPassed); // True; 0 and False; '', [], {}; and none else
    }

    [Fact]
    public async Task Run_ofSamples_countsAProblemWithTheMeanOfItsCases()
    {
        _ = sandbox.Pool; // skips where there is none
        _folder.Write("set.jsonl", string.Join('\n', Enumerable.Range(0, 4).Select(i => Line($"{i}", ["Print {a}."], "{\"a\": 7}, {\"a\": 8}", "7, 8"))));
        _folder.Write("samples.jsonl", string.Join('\n', Enumerable.Range(0, 4).SelectMany(i => Enumerable.Range(0, 2).Select(j =>
            JsonSerializer.Serialize(new { task_id = $"{i}/{j}", completion = i < 2 ? $"print({j + 7})" : "print(8)" })))));
        var request = new EvaluationRequest(new MtpbWithoutNumpy(), _folder["set.jsonl"], _folder["samples.jsonl"], _folder["out"], 2);
        EvaluationReport report = await new Evaluator(request, new Progress<EvaluationProgress>()).RunAsync(default);
        Assert.Equal(0.75, Assert.Single(report.Scores).Mean);
        Assert.Equal(ScoreInterval.Of([1, 1, 0.5, 0.5]), report.Scores[0].Interval);
        Assert.Equal((8, 8), (report.Problems, report.Samples));
    }

    [Fact]
    public async Task Run_whereAModuleIsMissing_saysWhatToDo()
    {
        _ = sandbox.Pool; // skips where there is none
        _folder.Write("set.jsonl", Line("1", ["Do it."], "{}", "5"));
        _folder.Write("samples.jsonl", JsonSerializer.Serialize(new { task_id = "1/0", completion = "print(5)" }));
        var request = new EvaluationRequest(new MtpbWithoutNumpy("json", "no_such_module"), _folder["set.jsonl"], _folder["samples.jsonl"], _folder["out"], 2);
        DataForgeException error = await Assert.ThrowsAsync<DataForgeException>(
            () => new Evaluator(request, new Progress<EvaluationProgress>()).RunAsync(default));
        Assert.Contains("no_such_module", error.Message);
        Assert.Contains("--python", error.Message);
        Assert.Equal(DataForgeException.WrongUse, error.ExitCode);
    }

    [Fact]
    public void ReadSamples_ofTheSetsOwnForm_findsEachCaseByItsPrompts()
    {
        var set = new MtpbSet();
        string file = _folder.Write("set.jsonl", Line("10", ["Take {a}.", "Double {a}."], "{\"a\": 1}, {\"a\": 2}, {\"a\": 1}", "2, 4, 2"));
        IReadOnlyList<Problem> problems = set.Read(file);
        string[] lines = [.. problems.Concat(problems).Select(problem => Official(problem, "x = 1\n", "print(x)\n"))];
        string samples = _folder.Write("samples.jsonl", string.Join('\n', lines.Append("""{"task_id": "10/1", "completion": "print(4)"}""")));
        IReadOnlyList<Sample> read = set.ReadSamples(samples, problems);
        Assert.Equal(["10/0", "10/1", "10/2", "10/0", "10/1", "10/2", "10/1"], read.Select(sample => sample.ProblemId));
        Assert.Equal("x = 1\n\n\n# Double 2.\nprint(x)\n\n\n", read[1].Completion);
        Assert.Equal(Completion(problems[1], ["x = 1\n", "print(x)\n"]), read[1].Completion);
        string other = _folder.Write("other.jsonl", lines[0].Replace("Double 1", "Triple 1"));
        Assert.Contains("line 1", Assert.Throws<DataForgeException>(() => set.ReadSamples(other, problems)).Message);
    }

    [Theory]
    [InlineData("x = 1\n# next", "x = 1\n")]
    [InlineData("x = 1  # why\n  # inside\ny = 2", "x = 1  # why\n  # inside\ny = 2")]
    [InlineData("# all", "")]
    [InlineData("x = 1\n\n\n\n#", "x = 1")]
    [InlineData("print(1)\nprint(2)\n", "print(1)\n")]
    [InlineData("def f():\n    print(1)\nprint(2)\ndef g(): pass", "def f():\n    print(1)\nprint(2)\n")]
    [InlineData("x = 1\n'''a", "x = 1\n")]
    [InlineData("\"\"\"a", "")]
    [InlineData("x = '''\n'''", "x = '''\n")]
    [InlineData("x = 1<|endoftext|>y", "x = 1")]
    [InlineData("", "")]
    public void EndTurn_ofAText_keepsWhatTheSetsScriptKeeps(string text, string kept) => Assert.Equal(kept + "\n\n", new MtpbSet().EndTurn(text));

    [Theory]
    [InlineData("""{"id": "1", "prompts": ["Do {a}."], "inputs": [{"b": 1}], "outputs": [1]}""")]
    [InlineData("""{"id": "1", "prompts": ["Do {a}."], "inputs": [1], "outputs": [1]}""")]
    [InlineData("""{"id": "1", "prompts": [], "inputs": [{}], "outputs": [1]}""")]
    [InlineData("""{"id": "1", "prompts": ["Do it."]}""")]
    [InlineData("""{"task_id": "HumanEval/0", "prompt": "x"}""")]
    public void Read_ofADamagedProblem_isRefused(string line)
    {
        DataForgeException error = Assert.Throws<DataForgeException>(() => new MtpbSet().Read(_folder.Write("set.jsonl", line)));
        Assert.Contains("line 1", error.Message);
        Assert.Equal(DataForgeException.WrongUse, error.ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    private static IReadOnlyList<Problem> Problems()
    {
        string? file = SetFiles.Find("mtpb");
        Assert.SkipWhen(file is null, "the file of mtpb is not beside the project");
        return new MtpbSet().Read(file!);
    }

    private static string Line(string id, string[] prompts, string inputs, string outputs) =>
        $$"""{"id": "{{id}}", "prompts": {{JsonSerializer.Serialize(prompts)}}, "inputs": [{{inputs}}], "outputs": [{{outputs}}]}""";

    private static string Completion(Problem problem, string[] turns) =>
        string.Concat(turns.Zip(problem.Turns.Append(""), (turn, next) => $"{turn}\n\n{next}"));

    // A line as the set's script writes it.
    private static string Official(Problem problem, params string[] turns)
    {
        int end = problem.Prompt.LastIndexOf("# ", StringComparison.Ordinal);
        string[] prompts = [problem.Prompt[end..], .. problem.Turns];
        string[] parts = [problem.Prompt[..end], .. prompts.Zip(turns, (prompt, turn) => new[] { prompt, turn + "\n\n" }).SelectMany(pair => pair)];
        return JsonSerializer.Serialize(new
        {
            id = problem.CaseOf, input = new { }, gold_output = 1, completions = string.Concat(parts), prompts_completions = parts,
        });
    }

    private IReadOnlyList<Problem> Write(string id, string[] prompts, string input, string output) =>
        new MtpbSet().Read(_folder.Write("set.jsonl", Line(id, prompts, input, output)));

    private Task<Verdict> JudgeAsync(Problem problem, string completion) =>
        new SampleJudge(sandbox.Pool, new ProgramLimits(20)).FirstFailureAsync(MtpbWithoutNumpy.Of(problem), completion, default);
}
