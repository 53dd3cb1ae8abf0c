using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Model;

/// <summary>An exported folder as transformers itself loads it (<c>GPTNeoForCausalLM.from_pretrained</c>), where that is installed.</summary>
public class TransformersTests(ITestOutputHelper output)
{
    private const string Python = "/usr/bin/python3";

    public static TheoryData<string> Models => ["quickstart", "110m"];

    [Theory]
    [MemberData(nameof(Models))]
    public void FromPretrained_exportedFolder_givesTheSameLogits(string name)
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(!File.Exists(Python), "there is no " + Python);
        Assert.SkipWhen(Start("-c", "import transformers").Code != 0, $"{Python} has no transformers to compare with");
        GptNeoConfig config = name == "110m" ? GptNeoConfig.Base110M() : TrainingPresets.Find("quickstart").Model(4096);
        (int batch, int length) = name == "110m" ? (1, 600) : (2, config.MaxPositionEmbeddings); // beyond a local layer's window
        using TemporaryFolder folder = new();
        using GptNeoForCausalLM model = new(config, forTraining: false);
        Draw(model);
        HuggingFaceFolder.Publish(model.Config, model.Weights, folder["export"]);
        CounterRandom random = new(5, "ids");
        long[] ids = [.. Enumerable.Range(0, batch * length).Select(i => (long)(random.Uniform((ulong)i) * config.VocabSize))];
        File.WriteAllBytes(folder["ids"], MemoryMarshal.AsBytes(ids.AsSpan()));

        (int code, string said, string errors) = Start(
            Path.Combine(SharedFiles.ProjectRoot, "tests", "Pretrain.Tests", "reference", "transformers_logits.py"), folder["export"], $"{length}",
            folder["ids"], folder["logits"]);
        Assert.True(code == 0, errors);
        using JsonDocument loaded = JsonDocument.Parse(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal("GPTNeoForCausalLM", loaded.RootElement.GetProperty("type").GetString());
        Assert.Equal(0, loaded.RootElement.GetProperty("missing").GetArrayLength());
        Assert.Equal(0, loaded.RootElement.GetProperty("unexpected").GetArrayLength());
        Assert.True(loaded.RootElement.GetProperty("tied").GetBoolean());

        float[] expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder["logits"])).ToArray();
        using DisposeScope scope = torch.NewDisposeScope();
        float[] made = NativeTorch.Floats(model.Logits(torch.tensor(ids, ids.Length), batch, length));
        double error = NativeTorch.MaxDifference(made, expected) / expected.Max(Math.Abs);
        output.WriteLine($"{name}: {error:E2} of the largest logit, libtorch {torch.Version}");
        Assert.InRange(error, 0, 1e-5);
    }

    /// <summary>Every tensor drawn, biases and LayerNorms too, so that each of them counts.</summary>
    private static void Draw(GptNeoForCausalLM model)
    {
        model.Initialize(7);
        foreach (Parameter parameter in model.Parameters.All.Where(p => !p.Decays))
        {
            CounterRandom random = new(8, parameter.Name);
            Span<float> values = parameter.Value.AsSpan<float>();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] += 0.1f * (float)random.NormalPair((ulong)i).First;
            }
        }
    }

    private static (int Code, string Output, string Errors) Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said, errors.Result);
    }
}
