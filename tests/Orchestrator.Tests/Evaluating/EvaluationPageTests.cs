using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scores;
using DataForge.Evaluation.Scoring;
using DataForge.Orchestrator.Evaluating;

namespace DataForge.Orchestrator.Tests.Evaluating;

public sealed class EvaluationPageTests
{
    private static readonly SampleResult Passed = new(new Verdict(Reason.Passed, "", 0.1, 0.1));

    private static readonly SampleResult Failed = new(new Verdict(Reason.TimeOut, "<script>alert(1)</script>", 6, 6));

    private static readonly EvaluationReport Report = new(
        "humaneval", "d", "s", null, "3.11.7", true, 3, 2, 4, 0, new SelfTestResult(2, 2, 4, 0, 2, 0, []), [PassAtK.OfProblems([new(2, 1), new(2, 0)], 1)!],
        new Dictionary<Reason, int> { [Reason.Passed] = 1, [Reason.TimeOut] = 3 }, [new NearLimit("a/<b>", 1, 2.5, 2.75, Reason.Passed)],
        [new ProblemResult("a/<b>", [Passed, Failed]), new ProblemResult("c", [Failed, Failed])]);

    [Fact]
    public void Html_ofAReport_showsItsFigures()
    {
        string page = EvaluationPage.Html("my<model>", Report);
        Assert.Contains("<b>25.00 %</b><span>pass@1", page, StringComparison.Ordinal);
        Assert.Contains("<b>1</b><span>of 2 problems have a sample that passes", page, StringComparison.Ordinal);
        Assert.Contains("a/&lt;b&gt;</th><td class=\"n\">2</td><td class=\"n\">1</td><td class=\"n\">time-out 1</td>", page, StringComparison.Ordinal);
        Assert.Contains("2 of 2 references pass, 0 of 4 empty or constant answers, 0 of 2 cheats", page, StringComparison.Ordinal);
        Assert.Contains("2.50</td><td class=\"n\">2.75</td>", page, StringComparison.Ordinal);
        Assert.Contains("PyCodeGPT-110M (published)</th><td class=\"n\">8.32", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Accuracy by difficulty", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_ofAReport_holdsNoMarkupOfNamesAndMessages()
    {
        string page = EvaluationPage.Html("my<model>", Report);
        Assert.Contains("my&lt;model&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_whereProblemsHaveNoSamples_saysThatThereIsNoScore()
    {
        string page = EvaluationPage.Html("m", Report with { Scores = [], ProblemsWithoutSamples = 1 });
        Assert.Contains("No score: 1 problems have no samples", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_withoutTheSandbox_saysSo() =>
        Assert.Contains("without the sandbox", EvaluationPage.Html("m", Report with { Sandbox = false }), StringComparison.Ordinal);
}
