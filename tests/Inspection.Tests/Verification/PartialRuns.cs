using System.Text.Json;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;
using DataForge.Pretrain.Torch;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Verification;

/// <summary>
/// Runs that have only some stages: <c>text</c> and a model of it, <c>staged</c> (a training in two stages, on another run's tokens),
/// <c>tuned</c> (on problems).
/// </summary>
public sealed class PartialRuns : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Why there are none; null where there are.</summary>
    public static string? Missing => NativeLibraryFinder.Find() is null
        ? "libdataforge_torch.so is not compiled (Pretrain/Torch/native/build.sh artifacts/native)" : null;

    internal string Workspace => _folder["w"];

    internal string Problems => _folder["problems"];

    internal string Source => _folder["text.jsonl"];

    internal Run Run(string name) => Corpus.Runs.Run.Open(Corpus.Runs.Workspace.Open(Workspace), name);

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        IEnumerable<string> texts = Enumerable.Range(0, 60).Select(i => $"the cat sat on mat {i}\nand looked at the rain {i * i}\n");
        _folder.Write("text.jsonl", string.Concat(texts.Select(text => JsonSerializer.Serialize(new { text }) + "\n")));
        for (int i = 0; i < 3; i++)
        {
            _folder.Write($"problems/{i:D4}/question.txt", $"Print {i}.");
            _folder.Write($"problems/{i:D4}/solutions.json", $"[\"print({i})\\n\"]");
        }

        DataForgeOptions text = SmallTraining();
        text.Tokenize.Sources = ["jsonl:" + Source];
        text.Tokenize.VocabularySize = 300;
        text.Tokenize.ValidationMinBytes = 1;
        text.Tokenize.ValidationMinRepositories = 1;
        await StageRunner.RunAsync(Run("text"), text, StageNames.Tokenize, StageNames.Pretrain);

        DataForgeOptions staged = SmallTraining();
        staged.Pretrain.Stages = [new StagedOptions { Name = "nl", Run = "text" }, new StagedOptions { Name = "mono", Run = "text" }];
        await StageRunner.RunAsync(Run("staged"), staged, StageNames.Pretrain, StageNames.Report);

        DataForgeOptions tuned = SmallTraining();
        tuned.Pretrain.From = Run("text").PathOf("5-model/export");
        tuned.Pretrain.Problems = Problems;
        await StageRunner.RunAsync(Run("tuned"), tuned, StageNames.Pretrain);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static DataForgeOptions SmallTraining() => new()
    {
        Pretrain = new PretrainOptions
        {
            Preset = "quickstart", Steps = 4, BatchSize = 2, BlockSize = 128, EvaluateEvery = 2, CheckpointEvery = 2, WarmupSteps = 1,
            MaxValidationBlocks = 8, HeldOutBytes = 8192, SamplePrompt = "",
        },
    };
}
