using DataForge.Corpus;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Orchestrator.Evaluating;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Generation;
using DataForge.Pretrain.Tokenizer;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Evaluating;

public sealed class ModelSamplesTests : IDisposable
{
    private static readonly GenerationSettings Settings =
        new("humaneval", "", "", "", SamplesPerProblem: 3, Temperature: 0.8, TopP: 0.95, TopK: 0, RepetitionPenalty: 1, MaxNewTokens: 12, Seed: 1, Batch: 6, Infilling: null);

    private static readonly Problem[] Problems =
    [
        .. Enumerable.Range(0, 7).Select(i => new Problem($"p/{i}", "", _ => throw new NotSupportedException(), (_, _) => "") { Prompt = $"def f{i}(x):\n" }),
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Generate_stoppedAnywhereAndGoneOn_sameSamples()
    {
        (ILanguageModel model, BpeVocabulary vocabulary) = Open();
        using (model)
        {
            byte[] expected = Generate(model, vocabulary, "whole", Settings, CancellationToken.None);
            Assert.Equal(21, expected.Count(value => value == (byte)'\n'));
            using CancellationTokenSource stop = new();
            Assert.Throws<OperationCanceledException>(() =>
                Generate(model, vocabulary, "stopped", Settings, stop.Token, done => { if (done >= 4) { stop.Cancel(); } }));
            Assert.Equal(expected, Generate(model, vocabulary, "stopped", Settings, CancellationToken.None));
            string file = Path.Combine(_folder["whole"], EvaluationFiles.Samples);
            foreach (int length in new[] { 0, 1, expected.Length / 3, expected.Length / 2, expected.Length - 1 })
            {
                File.WriteAllBytes(file, expected[..length]);
                Assert.Equal(expected, Generate(model, vocabulary, "whole", Settings, CancellationToken.None));
            }
        }
    }

    [Fact]
    public void Generate_otherSettingsInTheSameFolder_isRefused()
    {
        (ILanguageModel model, BpeVocabulary vocabulary) = Open();
        using (model)
        {
            Generate(model, vocabulary, "one", Settings, CancellationToken.None);
            DataForgeException e = Assert.Throws<DataForgeException>(() =>
                Generate(model, vocabulary, "one", Settings with { Seed = 2 }, CancellationToken.None));
            Assert.Contains("--out", e.Message, StringComparison.Ordinal);
            Assert.NotEqual(
                Generate(model, vocabulary, "one", Settings, CancellationToken.None),
                Generate(model, vocabulary, "two", Settings with { Seed = 2 }, CancellationToken.None));
        }
    }

    [Fact]
    public void Generate_ofProblemsWithTurns_goesOnWithTheTextSoFar()
    {
        (ILanguageModel model, BpeVocabulary vocabulary) = Open();
        using (model)
        {
            var set = new MtpbSet();
            Problem[] problems = [.. Problems.Take(3).Select((problem, i) => problem with { Turns = [.. Enumerable.Range(0, i).Select(turn => $"# {turn}\n")], MostNewTokens = 5 + i })];
            GenerationSettings settings = Settings with { SamplesPerProblem = 2 };
            Generate(model, vocabulary, "turns", settings, CancellationToken.None, null, set, problems);
            IReadOnlyList<Sample> samples = set.ReadSamples(Path.Combine(_folder["turns"], EvaluationFiles.Samples), []);
            Assert.Equal(["p/0", "p/0", "p/1", "p/1", "p/2", "p/2"], samples.Select(sample => sample.ProblemId));
            foreach ((int place, Sample sample) in samples.Index())
            {
                // Turn by turn, with nothing beside it.
                Problem problem = problems[place / 2];
                string text = "";
                for (int turn = 0; turn <= problem.Turns.Count; turn++)
                {
                    ulong seed = ModelSamples.SeedOf(settings.Seed, turn == 0 ? problem.Id : $"{problem.Id}/turn {turn}", place % 2);
                    var options = new GenerationOptions
                    {
                        MaxNewTokens = problem.MostNewTokens!.Value, Temperature = settings.Temperature, TopP = settings.TopP, StopStrings = set.StopStrings, Seed = seed,
                    };
                    GeneratedText one = Completion.Of(model, vocabulary, new TextRequest(new PromptEncoder(vocabulary).Encode(problem.Prompt + text), options));
                    byte[] all = vocabulary.Decode([.. one.Tokens.Select(token => (ushort)token)], skipSpecial: true);
                    text += set.EndTurn(System.Text.Encoding.UTF8.GetString(all)) + (turn < problem.Turns.Count ? problem.Turns[turn] : "");
                }

                Assert.Equal(text, sample.Completion);
            }

            byte[] expected = Generate(model, vocabulary, "turns", settings, CancellationToken.None, null, set, problems);
            File.WriteAllBytes(Path.Combine(_folder["turns"], EvaluationFiles.Samples), expected[..(expected.Length / 2)]);
            Assert.Equal(expected, Generate(model, vocabulary, "turns", settings, CancellationToken.None, null, set, problems));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static (ILanguageModel Model, BpeVocabulary Vocabulary) Open()
    {
        string? golden = SharedFiles.Find("golden", "odd");
        Assert.SkipWhen(golden is null, "the reference tensors golden/odd are not here");
        ILanguageModel model = LanguageModels.Open(golden!);
        return (model, ByteVocabulary.OfSize(model.Config.VocabSize));
    }

    private byte[] Generate(
        ILanguageModel model, BpeVocabulary vocabulary, string name, GenerationSettings settings, CancellationToken cancellation, Action<int>? told = null,
        IBenchmarkSet? set = null, Problem[]? problems = null)
    {
        string folder = _folder[name];
        new ModelSamples(settings, set ?? BenchmarkSets.Find("humaneval"), problems ?? Problems)
            .Generate(model, vocabulary, folder, new Listener(told), cancellation);
        Assert.All(Directory.GetFiles(folder), file => Assert.Contains(Path.GetFileName(file), EvaluationFiles.All)); // an opt-out removes them
        return File.ReadAllBytes(Path.Combine(folder, EvaluationFiles.Samples));
    }

    private sealed class Listener(Action<int>? told) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => told?.Invoke(value.Done);
    }
}
