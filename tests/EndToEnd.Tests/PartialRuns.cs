using System.Text.Json;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Torch;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>Runs that have only some stages: <c>text</c> and a model of it, <c>staged</c> (a training in two, on another run's tokens), <c>tuned</c> (on problems).</summary>
public sealed class PartialRuns : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Why there are none; null where they are there.</summary>
    public static string? Missing => NativeLibraryFinder.Find() is null ? "libdataforge_torch.so is not compiled (Pretrain/Torch/native/build.sh artifacts/native)" : null;

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

        _folder.Write("text.jsonl", string.Concat(Enumerable.Range(0, 60).Select(i => JsonSerializer.Serialize(new { text = $"the cat sat on mat {i}\nand looked at the rain {i * i}\n" }) + "\n")));
        for (int i = 0; i < 3; i++)
        {
            _folder.Write($"problems/{i:D4}/question.txt", $"Print {i}.");
            _folder.Write($"problems/{i:D4}/solutions.json", $"[\"print({i})\\n\"]");
        }

        string[] small =
        [
            "--set", "pretrain.preset=quickstart", "--set", "pretrain.steps=4", "--set", "pretrain.batchsize=2", "--set", "pretrain.blocksize=128",
            "--set", "pretrain.evaluateevery=2", "--set", "pretrain.checkpointevery=2", "--set", "pretrain.warmupsteps=1",
        ];
        await RunAsync("tokenize", "text", "--source", "jsonl:" + Source, "--set", "tokenize.vocabularysize=300", "--set", "tokenize.validationminbytes=1", "--set", "tokenize.validationminrepositories=1");
        await RunAsync("pretrain", "text", small);
        await RunAsync("pretrain", "staged", [.. small, "--set", "pretrain.stages.0.name=nl", "--set", "pretrain.stages.0.run=text", "--set", "pretrain.stages.1.name=mono", "--set", "pretrain.stages.1.run=text"]);
        await RunAsync("pretrain", "tuned", [.. small, "--from", Path.Combine(Workspace, "runs/text/5-model/export"), "--problems", Problems]);
        await RunAsync("report", "staged");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync(string verb, string run, params string[] more)
    {
        (int code, string output, string error) = await DataForgeProcess.RunAsync([verb, "--workspace", Workspace, "--run", run, .. more]);
        Assert.True(code == 0, output + error);
    }
}
