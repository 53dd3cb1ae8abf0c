using System.Text.Json;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>
/// Twenty updates of AdamW, with clipping, warm-up and cosine, against the run that torch.optim.AdamW made of Hugging Face's model; then
/// greedy text from the weights before and after. Tolerances as the reference's README gives them.
/// </summary>
public class GoldenTrainingTests
{
    [Theory]
    [InlineData("tiny", 1)]
    [InlineData("odd", 1)]
    [InlineData("tiny", 4)]
    public void Run_referenceBatches_equalsReferenceRun(string config, int accumulation)
    {
        string golden = NativeTorch.Golden(config);
        using TemporaryFolder folder = new();
        RecordingLog log = new();
        using Trainer trainer = GoldenTrainer(golden, accumulation, log);
        trainer.Run(folder.Path, CancellationToken.None);

        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden, "train.json")));
        Assert.Equal(20, log.Steps.Count);
        foreach (JsonElement step in expected.RootElement.GetProperty("steps").EnumerateArray())
        {
            StepMetrics made = log.Steps[step.GetProperty("step").GetInt32()];
            Assert.Equal(step.GetProperty("lr").GetDouble(), made.LearningRate, 1e-12);
            Assert.Equal(step.GetProperty("loss").GetDouble(), made.Loss, 2e-5);
            double norm = step.GetProperty("grad_norm").GetDouble();
            Assert.Equal(norm, made.GradientNorm, 2e-5 * norm);
        }

        trainer.Export(folder.Path, folder["export"]);
        CheckParameters(Path.Combine(golden, "params_after_20.safetensors"), Path.Combine(folder["export"], GptNeoWeights.FileName));
        CheckParameters(
            Path.Combine(golden, "params_after_1.safetensors"), Path.Combine(new CheckpointStore(folder.Path).PathOf(1), "tensors.safetensors"));
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void Generate_greedy_givesReferenceTokens(string config)
    {
        string golden = NativeTorch.Golden(config);
        using TemporaryFolder folder = new();
        using Trainer trainer = GoldenTrainer(golden, 1, new RecordingLog());
        using Generator generator = new(trainer.Model);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden, "generate.json")));
        bool trained = false;
        foreach (JsonProperty run in expected.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object && p.Value.TryGetProperty("prompt", out _)))
        {
            if (run.Name.StartsWith("after_20", StringComparison.Ordinal) && !trained)
            {
                trainer.Run(folder.Path, CancellationToken.None);
                trained = true;
            }

            int[] prompt = Numbers(run.Value, "prompt");
            int[] tokens = generator.Generate(prompt, new GenerationOptions { MaxNewTokens = 40, StopToken = -1 });
            Assert.Equal(Numbers(run.Value, "new_tokens"), tokens);
            CheckLogits(Path.Combine(golden, "generate.safetensors"), run.Name, trainer.Model, prompt, config == "tiny" ? 1e-4 : 5e-4);
        }

        Assert.True(trained);
    }

    private static void CheckLogits(string path, string run, ILanguageModel model, int[] prompt, double tolerance)
    {
        using SafeTensors expected = new(path);
        float[] logits = expected.ReadFloats(run + ".step_logits"), made = new float[model.Config.VocabSize];
        int[] sequence = [.. expected.ReadInt64s(run + ".sequence").Select(id => (int)id)];
        using ITextState text = model.NewText();
        for (int i = 0; i < 40; i++)
        {
            text.Append(i == 0 ? sequence.AsSpan(0, prompt.Length) : sequence.AsSpan(prompt.Length + i - 1, 1), made);
            Assert.InRange(NativeTorch.MaxDifference(made, logits.AsSpan(i * made.Length, made.Length)), 0, tolerance);
        }
    }

    private static Trainer GoldenTrainer(string golden, int accumulation, ITrainingLog log)
    {
        using SafeTensors batches = new(Path.Combine(golden, "train_batches.safetensors"));
        TrainingOptions options = new()
        {
            Steps = 20, BatchSize = 4 / accumulation, AccumulationSteps = accumulation, BlockSize = 64, LearningRate = 1e-3, WarmupSteps = 5,
            MinLearningRateRatio = 0.1, Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, WeightDecay = 0.1, ClipNorm = 1, CheckpointEvery = 1,
            CheckpointsKept = 100, Threads = 2, PeakTeraflops = 1, Engine = NativeTorch.Engine,
            Device = NativeTorch.Device.ToString(), Precision = Precision.Float32,
        };
        GptNeoConfig config = GptNeoConfig.Load(Path.Combine(golden, "config.json"));
        Trainer trainer = new(config, options, new ArrayData(batches.ReadInt64s("batches"), 4 * 64), log);
        trainer.LoadWeights(Path.Combine(golden, "model.safetensors"));
        return trainer;
    }

    private static void CheckParameters(string expectedFile, string madeFile)
    {
        using SafeTensors expected = new(expectedFile), made = new(madeFile);
        foreach (string name in expected.Entries.Keys.Where(name => name != "lm_head.weight"))
        {
            double difference = NativeTorch.MaxDifference(made.ReadFloats(name), expected.ReadFloats(name));
            Assert.True(difference <= 5e-5, $"{name}: {difference}");
        }
    }

    private static int[] Numbers(JsonElement run, string name) => [.. run.GetProperty(name).EnumerateArray().Select(n => n.GetInt32())];
}
