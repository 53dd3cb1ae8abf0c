using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Evaluation.Tests.Sandbox;

namespace DataForge.Evaluation.Tests.Sets;

/// <summary>The sets' own solutions, and wrong ones. The suite takes a few problems of each set; <c>./dataforge check evaluation</c> all.</summary>
public sealed class BenchmarkSetTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private const int Workers = 2;

    private static readonly (string From, string To)[] Flips =
    [
        (" + ", " - "), (" - ", " + "), (" * ", " + "), (" == ", " != "), (" != ", " == "), (" < ", " >= "), (" > ", " <= "), (" <= ", " > "),
        (" >= ", " < "), (" and ", " or "), (" or ", " and "), (" in ", " not in "), (" % ", " // "), (" // ", " % "), ("return ", "return not "),
    ];

    [Theory]
    [InlineData("humaneval", 164, 12)]
    [InlineData("humaneval-single-line", 1033, 5)]
    [InlineData("humaneval-multi-line", 5815, 5)]
    [InlineData("humaneval-random-span", 1640, 5)]
    [InlineData("humaneval-random-span-light", 164, 5)]
    [InlineData("mbpp", 974, 12)]
    [InlineData("mbpp-sanitized", 427, 5)]
    [InlineData("cruxeval-output", 800, 5)]
    [InlineData("cruxeval-input", 800, 5)]
    [InlineData("mtpb", 575, 5)]
    public async Task SelfTest_ofTheSetsOwnFile_passes(string name, int count, int few)
    {
        IBenchmarkSet set = Set(name);
        IReadOnlyList<Problem> problems = Problems(name);
        Assert.Equal(count, problems.Count);
        Assert.SkipWhen(SandboxFixture.Sets is { } sets && !sets.Contains(name), "another set was asked for");
        bool allCheats = SandboxFixture.IsFull && name is ("humaneval" or "mtpb");
        var test = new SelfTest(set, SandboxFixture.IsFull ? problems : Draw(problems, few), sandbox.Pool, Workers, allCheats);
        SelfTestResult result = await test.RunAsync(new Told(name), default);
        TestContext.Current.SendDiagnosticMessage($"{name}: {result} {string.Join("; ", result.Faults)}");
        Assert.Empty(result.Faults);
        Assert.Equal(result.References, result.ReferencesPassed);
        Assert.Equal(0, result.CheatsPassed);
    }

    [Fact]
    public async Task SelfTest_whereAConstantIsRight_takesNoCheatThatGivesItForOneThatPasses()
    {
        using var folder = new Testing.TemporaryFolder();
        string file = folder.Write("set.jsonl", """{"id": "s", "code": "def f(x):\n    return x > 3", "input": "2", "output": "False"}""");
        IBenchmarkSet set = BenchmarkSets.Find("cruxeval-output");
        SelfTestResult result = await new SelfTest(set, set.Read(file), sandbox.Pool, Workers, all: true).RunAsync(new Progress<int>(), default);
        Assert.Empty(result.Faults);
        Assert.Equal(2, result.TrivialPassed); // False and 0
    }

    [Fact]
    public async Task SelfTest_whereAnArgumentIsANameOfTheFile_takesItAsTheReference()
    {
        using var folder = new Testing.TemporaryFolder();
        string file = folder.Write("set.jsonl", """{"id": "s", "code": "seen = [1, 2]\ndef f(x):\n    return x + seen", "input": "seen[:]", "output": "[1, 2, 1, 2]"}""");
        IBenchmarkSet set = BenchmarkSets.Find("cruxeval-input");
        SelfTestResult result = await new SelfTest(set, set.Read(file), sandbox.Pool, Workers, all: true).RunAsync(new Progress<int>(), default);
        Assert.Empty(result.Faults);
        Assert.Equal((1, 0), (result.ReferencesPassed, result.TrivialPassed));
    }

    [Fact]
    public void Cheats_areAtLeastTwelve() => Assert.True(Cheat.All.Count >= 12);

    [Fact]
    public async Task Judge_humanEvalWithOneOperatorFlipped_agreesWithTheOfficialWay()
    {
        // The official script runs the tests in the program's own process. Where the flip changes nothing that the tests see, both pass.
        IReadOnlyList<Problem> problems = Problems("humaneval");
        var limits = new ProgramLimits(3);
        int failed = 0, judged = 0;
        var wrong = new List<string>();
        var seen = new HashSet<string>();
        IReadOnlyList<Problem> drawn = SandboxFixture.IsFull ? problems : Draw(problems, 10);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Workers };
        await Parallel.ForEachAsync(drawn.SelectMany(Flipped), options, async (flipped, token) =>
        {
            Verdict ours = await sandbox.Pool.JudgeAsync(flipped.Job, limits, token);
            Verdict official = await sandbox.Pool.JudgeAsync(new($"{flipped.Job.Program}\n{flipped.Job.Tests}", "", "", []), limits, token);
            lock (wrong)
            {
                judged++;
                failed += ours.Passed ? 0 : 1;
                if (!ours.Passed)
                {
                    seen.Add(flipped.Problem);
                }

                if (ours.Passed != official.Passed)
                {
                    wrong.Add($"{flipped.Name}: {ours}, officially {official}");
                }
            }
        });
        TestContext.Current.SendDiagnosticMessage(
            $"{judged} flipped, {failed} fail, {judged - failed} pass here and officially; of {drawn.Count} references, {seen.Count} have one that fails. "
            + $"None that fails: {string.Join(", ", drawn.Select(problem => problem.Id).Where(id => !seen.Contains(id)))}");
        Assert.Empty(wrong);
        Assert.True(seen.Count >= drawn.Count / 2, $"only {seen.Count} have one that fails");
    }

    [Fact]
    public void ReadSamples_ofCruxEvalsOwnForm_keepsAll()
    {
        using var folder = new Testing.TemporaryFolder();
        string file = folder.Write("samples.json", """{"sample_0": ["1", "2"], "sample_1": ["f(3)"]}""");
        Assert.Equal(
            [new Sample("sample_0", "1"), new Sample("sample_0", "2"), new Sample("sample_1", "f(3)")],
            BenchmarkSets.Find("cruxeval-output").ReadSamples(file));
    }

    [Theory]
    [InlineData("{\"task_id\": \"a\"}")]
    [InlineData("{\"task_id\": \"a\", \"completion\": 7")]
    [InlineData("{\"task_id\": null, \"completion\": \"x\"}")]
    [InlineData("\"text\"")]
    public void ReadSamples_ofALineThatIsNoSample_isRefused(string line)
    {
        using var folder = new Testing.TemporaryFolder();
        string file = folder.Write("samples.jsonl", "{\"task_id\": \"a\", \"completion\": \"x\"}\n" + line);
        var error = Assert.Throws<Corpus.DataForgeException>(() => BenchmarkSets.Find("humaneval").ReadSamples(file));
        Assert.Contains("line 2", error.Message);
        Assert.Equal(Corpus.DataForgeException.WrongUse, error.ExitCode);
    }

    // The programs that differ from a reference in one operator; the suite takes one of a problem.
    private static IEnumerable<(string Problem, string Name, ProgramJob Job)> Flipped(Problem problem) =>
        (from flip in Flips
         let at = problem.Reference.IndexOf(flip.From, StringComparison.Ordinal)
         where at >= 0
         select (problem.Id, $"{problem.Id} with '{flip.To}' for '{flip.From}'",
             problem.Build(problem.Reference[..at] + flip.To + problem.Reference[(at + flip.From.Length)..])[0]))
        .Take(SandboxFixture.IsFull ? int.MaxValue : 1);

    private static IReadOnlyList<Problem> Problems(string name)
    {
        string? file = SetFiles.Find(name);
        Assert.SkipWhen(file is null, $"the file of {name} is not beside the project");
        return Set(name).Read(file!);
    }

    private static IBenchmarkSet Set(string name) => name == "mtpb" ? new MtpbWithoutNumpy() : BenchmarkSets.Find(name);

    private static IReadOnlyList<Problem> Draw(IReadOnlyList<Problem> problems, int count)
    {
        var random = new Random(11);
        return [.. problems.OrderBy(_ => random.Next()).Take(count)];
    }

    // The longest set takes most of an hour, so the check says how far it has come.
    private sealed class Told(string name) : IProgress<int>
    {
        private const int Step = 100;

        /// <summary>Tells that so many problems are done.</summary>
        public void Report(int value)
        {
            if (value % Step == 0)
            {
                TestContext.Current.SendDiagnosticMessage($"{name}: {value} problems");
            }
        }
    }
}
