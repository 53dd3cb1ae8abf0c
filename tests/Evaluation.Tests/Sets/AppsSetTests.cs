using System.Text.Json;
using DataForge.Corpus;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Evaluation.Tests.Sandbox;
using DataForge.Testing;

namespace DataForge.Evaluation.Tests.Sets;

public sealed class AppsSetTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IDisposable
{
    private const string Sum = "n = int(input())\nprint(sum(map(int, input().split())))\n";

    private const string Swap = "def swapped(pairs):\n    return [(b, a) for a, b in pairs]\n";

    private const string Shout = "class Solution:\n    def shout(self, text):\n        return text.upper() + '!'\n";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("0", Sum, "1 1 1")]
    [InlineData("0", "import sys\nprint(sum(map(int, sys.stdin.buffer.read().split()[1:])))", "1 1 1")]
    [InlineData("0", "def main():\n    print(eval(input() and input().replace(' ', '+')), '')\nif __name__ == '__main__':\n    main()\n    exit()", "1 1 1")]
    [InlineData("0", "print(6)", "1 0 0")]
    [InlineData("0", "assert input() != '2'\nprint(6)", "1 -1 0")]
    [InlineData("0", "if input() == '2': raise ValueError('x')\nprint(6)", "1 -1 0")]
    [InlineData("0", "if input() == '2':\n    while True: pass\nprint(6)", "1 -1 0")]
    [InlineData("0", "import os\nif input() == '2': os._exit(0)\nprint(6)", "1 -1 0")]
    [InlineData("0", "print(6", "-2")]
    [InlineData("0", "", "-2")]
    [InlineData("0", "import sys\n\n# nothing\n", "-2")]
    [InlineData("0", "pass", "0 0 0")]
    [InlineData("1", Swap, "1 1")]
    [InlineData("1", "def swapped(pairs):\n    return [[b, a] for a, b in pairs]\n", "1 1")]
    [InlineData("1", "def swapped(pairs):\n    return pairs\n", "0 1")]
    [InlineData("1", "def swapped(pairs):\n    return [pairs[0]]\n", "0 -1")]
    [InlineData("1", "def other(pairs):\n    return pairs\n", "-2")]
    [InlineData("1", "raise ValueError('x')\n" + Swap, "-2")]
    [InlineData("1", "def swapped(pairs:\n", "-2")]
    [InlineData("2", Shout, "1 1")]
    [InlineData("2", "class Solution:\n    pass\n", "-2")]
    [InlineData("2", "class Solution:\n    def shout(self, text):\n        return text + '!'\n", "0 0")]
    public async Task Judge_ofAProgram_givesTheCodesOfApps(string id, string program, string codes)
    {
        Problem problem = BenchmarkSets.Find("apps").Read(WriteProblems()).Single(problem => problem.Id == id);
        var judge = new SampleJudge(sandbox.Pool, new ProgramLimits(0.5));
        SampleResult result = await judge.JudgeAsync(problem, program, default);
        Assert.Equal(codes, string.Join(' ', result.Parts().Select(part => GroupScore.CodeOf(part.Final))));
    }

    [Theory]
    [InlineData("\"1.0000001\\n2\\n\"", "1\n2", true)]
    [InlineData("\"1.1\\n2\\n\"", "1\n2", false)]
    [InlineData("\"1\\n2\\n3\"", "1\n2", false)]
    [InlineData("\"a b\\nc\"", "b a\nc", true)]
    [InlineData("\"  a b  \\n\\nc\\n\"", "a b\n\n\nc", true)]
    [InlineData("[\"a\", \"b\"]", "a\nb\n", true)]
    [InlineData("\"0.3333\"", "0.33333333", true)]
    [InlineData("\"yes\"", "YES", false)]
    [InlineData("\"😀 é \\\\ \\\" '\"", "😀 é \\ \" '", true)]
    public async Task Judge_ofAnOutput_comparesAsAppsDoes(string expected, string output, bool passes)
    {
        string folder = _folder["one"];
        _folder.Write("one/7/question.txt", "?");
        _folder.Write("one/7/input_output.json", $$"""{"inputs": ["x\u00e9\ud83d\ude00"], "outputs": [{{expected}}]}""");
        Problem problem = Assert.Single(BenchmarkSets.Find("apps").Read(folder));
        string program = $"assert input() == 'xé😀'\nimport base64\nprint(base64.b64decode('{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(output))}').decode())";
        SampleResult result = await new SampleJudge(sandbox.Pool, new ProgramLimits(4)).JudgeAsync(problem, program, default);
        Assert.Equal((passes ? Reason.Passed : Reason.Assertion, passes ? "" : result.Final.Detail), (result.Final.Reason, result.Final.Detail));
    }

    [Fact]
    public async Task Run_onAFolder_countsByDifficulty()
    {
        string data = WriteProblems();
        string samples = _folder.Write("all_codes.json", JsonSerializer.Serialize(new Dictionary<string, string[]>
        {
            ["0"] = [Sum, "print(6)"], ["1"] = [Swap, "raise ValueError('x')"], ["2"] = ["class Solution:\n    def shout(self, text): return 1 / 0", "("],
        }));
        _ = sandbox.Pool; // skips where there is none
        var request = new EvaluationRequest(BenchmarkSets.Find("apps"), data, samples, _folder["out"], 2);
        EvaluationReport report = await new Evaluator(request, new Progress<EvaluationProgress>()).RunAsync(default);
        Assert.Equal(
            [
                new GroupScore("competition", 1, 2, 0, 0, 1, 2, 2),
                new GroupScore("interview", 1, 2, 0.5, 0.5, 1, 0, 2),
                new GroupScore("introductory", 1, 2, (1 + (1 / 3.0)) / 2, 0.5, 0, 0, 6),
                new GroupScore("all", 3, 6, (0 + 0.5 + ((1 + (1 / 3.0)) / 2)) / 3, 1 / 3.0, 2, 2, 10),
            ],
            report.Groups);
        Assert.Equal(1 / 3.0, Assert.Single(report.Scores).Mean, 12);
        Assert.All(Directory.GetFiles(_folder["out"]), file => Assert.Contains(Path.GetFileName(file), EvaluationFiles.All));
        Assert.Equal(
            """{"0":[[true,true,true],[true,false,false]],"1":[[true,true],[-2]],"2":[[-1,-1],[-2]]}""",
            string.Concat(File.ReadAllText(_folder["out", EvaluationFiles.Codes]).Where(c => !char.IsWhiteSpace(c))));
    }

    [Fact]
    public void Read_ofLines_givesTheSameProblems()
    {
        IBenchmarkSet set = BenchmarkSets.Find("apps");
        string folder = WriteProblems();
        string lines = string.Join('\n', Directory.GetDirectories(folder).Order().Select(problem =>
        {
            string? Text(string name) => File.Exists(Path.Combine(problem, name)) ? File.ReadAllText(Path.Combine(problem, name)) : null;
            return JsonSerializer.Serialize(new
            {
                problem_id = int.Parse(Path.GetFileName(problem)), question = Text("question.txt"), solutions = Text("solutions.json") ?? "",
                input_output = Text("input_output.json"), starter_code = Text("starter_code.py") ?? "",
                difficulty = JsonDocument.Parse(Text("metadata.json")!).RootElement.GetProperty("difficulty").GetString(),
            });
        }));
        Assert.Equal(
            set.Read(folder).Select(problem => (problem.Id, problem.Prompt, problem.Reference, problem.Group)),
            set.Read(_folder.Write("apps.jsonl", lines)).Select(problem => (problem.Id, problem.Prompt, problem.Reference, problem.Group)));
    }

    [Theory]
    [InlineData("""{"inputs": [], "outputs": []}""")]
    [InlineData("""{"inputs": ["a"], "outputs": []}""")]
    [InlineData("""{"inputs": ["a"]}""")]
    [InlineData("""{"fn_name": "f(); import os", "inputs": [[1]], "outputs": [1]}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Read_ofADamagedProblem_isRefused(string tests)
    {
        _folder.Write("bad/3/question.txt", "?");
        _folder.Write("bad/3/input_output.json", tests);
        DataForgeException error = Assert.Throws<DataForgeException>(() => BenchmarkSets.Find("apps").Read(_folder["bad"]));
        Assert.Contains("3", error.Message);
        Assert.Equal(DataForgeException.WrongUse, error.ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    private string WriteProblems()
    {
        Write("0000", "introductory", "Sum the numbers.", null, """{"inputs": ["3\n1 2 3\n", "2\n4 5\n", ["1", "7"]], "outputs": ["6\n", "9\n", ["7"]]}""", ["print(", Sum]);
        Write(
            "0001", "interview", "Swap the pairs.", "def swapped(pairs):\n", """{"fn_name": "swapped", "inputs": [[[[1, 2], [3, 4]]], [[]]], "outputs": [[[[2, 1], [4, 3]]], [[]]]}""",
            [Swap]);
        Write(
            "0002", "competition", "Shout.", "class Solution:\n", """{"fn_name": "shout", "inputs": [["é😀"], ["b"]], "outputs": ["É😀!", ["B!"]]}""",
            [Shout]);
        return _folder["apps"];
    }

    private void Write(string name, string difficulty, string question, string? starter, string tests, string[] solutions)
    {
        _folder.Write($"apps/{name}/question.txt", question);
        _folder.Write($"apps/{name}/input_output.json", tests);
        _folder.Write($"apps/{name}/solutions.json", JsonSerializer.Serialize(solutions));
        _folder.Write($"apps/{name}/metadata.json", JsonSerializer.Serialize(new { difficulty, url = "x" }));
        if (starter is not null)
        {
            _folder.Write($"apps/{name}/starter_code.py", starter);
        }
    }
}
