using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Stages;

/// <summary>The precision of a training that is continued; the TorchSharp engine has one precision only.</summary>
public sealed partial class TrainingStagesTests
{
    private CancellationTokenSource? _cancelledAtStep3;

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public async Task Pretrain_continuedWithAuto_keepsThePrecisionThatItBeganWith(Precision begun)
    {
        NativeTorch.SkipWithoutLibrary();
        string text = Text("text", "def f(x):\n    return x + 1\n", 40);
        Run straight = await Model("straight", text, Options(begun)), cut = await Tokens("cut", text, new TokenizeOptions());
        using CancellationTokenSource cancel = new();
        _cancelledAtStep3 = cancel;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PretrainStage(Options(begun)).RunAsync(Context(cut), cancel.Token));
        _cancelledAtStep3 = null;
        await new PretrainStage(Options(Precision.Auto)).RunAsync(Context(cut), CancellationToken.None);

        Assert.Contains(_events.OfType<Note>(), note => note.Text.EndsWith("going on at step 3", StringComparison.Ordinal)
            && note.Text.Contains($", {begun.ToString().ToLowerInvariant()}, ", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(straight.PathOf("5-model/export/model.safetensors")), File.ReadAllBytes(cut.PathOf("5-model/export/model.safetensors")));

        static PretrainOptions Options(Precision precision) => new()
        {
            Preset = "quickstart", Steps = 6, BatchSize = 2, Threads = 2, SamplePrompt = "", Engine = TrainingEngine.Native, Precision = precision,
        };
    }

    partial void OnEvent(Event happened)
    {
        if (happened is Corpus.Events.TrainingStep { Step: 3 })
        {
            _cancelledAtStep3?.Cancel();
        }
    }
}
