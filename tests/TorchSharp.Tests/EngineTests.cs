using DataForge.Pretrain;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.TorchSharp;

namespace DataForge.TorchSharp.Tests;

public class EngineTests
{
    [Theory]
    [InlineData(TrainingEngine.Auto, "auto", TrainingEngine.TorchSharp)]
    [InlineData(TrainingEngine.Auto, "cuda:1", TrainingEngine.Native)]
    [InlineData(TrainingEngine.TorchSharp, "cuda", TrainingEngine.TorchSharp)]
    [InlineData(TrainingEngine.Native, "cpu", TrainingEngine.Native)]
    public void Resolve_withoutNativeLibrary_takesTorchSharpUnlessItCannot(TrainingEngine requested, string device, TrainingEngine expected) =>
        Assert.Equal(expected, TrainingEngines.Resolve(requested, device));

    [Fact]
    public void Claim_nativeEngineAfterTorchSharp_isRefusedInOneLine()
    {
        Golden.Prepare();
        TorchException e = Assert.ThrowsAny<TorchException>(() => LoadedEngine.Claim(TrainingEngine.Native));
        Assert.Contains("in its own process", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Open_referenceModel_isTorchSharps()
    {
        using ILanguageModel model = LanguageModels.Open(Golden.Folder("tiny"));
        Assert.IsType<TorchSharpModel>(model);
    }
}
