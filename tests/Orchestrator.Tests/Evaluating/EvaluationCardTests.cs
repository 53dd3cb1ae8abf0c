using DataForge.Evaluation.Scores;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Orchestrator.Evaluating;

namespace DataForge.Orchestrator.Tests.Evaluating;

public sealed class EvaluationCardTests
{
    private const string Index =
        """
        model-index:
        - name: "mine"
          results:
          - task:
              type: text-generation
            dataset:
              name: humaneval
              type: openai_humaneval
            metrics:
            - name: pass@1
              type: pass@1
              value: 0.0625
              verified: false

        """;

    private static readonly EvaluationReport Report = new(
        "humaneval", "", "", null, "3.11", true, 3, 1, 1, 0, new SelfTestResult(1, 1, 1, 0, 1, 0, []), [PassAtK.OfProblems([new(16, 1)], 1)!],
        new Dictionary<Evaluation.Sandbox.Reason, int>(), [], []);

    [Theory]
    [InlineData("---\ntags:\n- code\n---\n\n# mine\n\n---\n", "---\ntags:\n- code\n{0}---\n\n# mine\n\n---\n")]
    [InlineData("# mine\n", "---\n{0}---\n\n# mine\n")]
    [InlineData("", "---\n{0}---\n\n")]
    public void WithIndex_ofACard_addsTheScoresToItsMetadata(string card, string expected) => Assert.Equal(
        string.Format(expected, Index), EvaluationCard.WithIndex(card, "mine", BenchmarkSets.Find("humaneval"), Report));
}
