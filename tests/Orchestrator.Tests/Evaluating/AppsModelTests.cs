using System.Text.Json;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Orchestrator.Evaluating;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Generation;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Evaluating;

/// <summary>Problems in APPS's layout as training and evaluation see them.</summary>
public sealed class AppsModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Prompts_ofAFolder_areThoseOfFineTuning()
    {
        string folder = WriteProblems();
        Assert.Equal(
            AppsProblems.Read(folder, out int skipped).Select(problem => problem.Prompt),
            BenchmarkSets.Find("apps").Read(folder).Select(problem => problem.Prompt));
        Assert.Equal(0, skipped);
    }

    [Fact]
    public void Generate_samplesOfAFolder_areOnesThatTheSetReads()
    {
        string? golden = SharedFiles.Find("golden", "odd");
        Assert.SkipWhen(golden is null, "the reference tensors golden/odd are not here");
        IBenchmarkSet set = BenchmarkSets.Find("apps");
        IReadOnlyList<Problem> problems = set.Read(WriteProblems());
        using ILanguageModel model = LanguageModels.Open(golden!);
        var settings = new GenerationSettings("apps", "", "", "", 2, 0.8, 1, 0, 1, 8, 1, 4, null);
        new ModelSamples(settings, set, problems).Generate(
            model, ByteVocabulary.OfSize(model.Config.VocabSize), _folder["out"], new Progress<EvaluationProgress>(), default);
        Assert.Equal(["0", "0", "1", "1"], set.ReadSamples(_folder["out", EvaluationFiles.Samples]).Select(sample => sample.ProblemId));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private string WriteProblems()
    {
        _folder.Write("apps/0000/question.txt", "Add the numbers.\n");
        _folder.Write("apps/0000/input_output.json", """{"inputs": ["1 2\n"], "outputs": ["3\n"]}""");
        _folder.Write("apps/0000/solutions.json", JsonSerializer.Serialize(new[] { "print(sum(map(int, input().split())))" }));
        _folder.Write("apps/0001/question.txt", "Double it.");
        _folder.Write("apps/0001/starter_code.py", "def double(x):\n");
        _folder.Write("apps/0001/input_output.json", """{"fn_name": "double", "inputs": [[2]], "outputs": [4]}""");
        _folder.Write("apps/0001/solutions.json", JsonSerializer.Serialize(new[] { "def double(x):\n    return 2 * x" }));
        return _folder["apps"];
    }
}
