using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;

namespace DataForge.Pretrain.Tests.Generation;

public class GeneratorTests
{
    private static readonly GptNeoConfig Tiny = new()
    {
        VocabSize = 31, MaxPositionEmbeddings = 24, HiddenSize = 16, NumLayers = 2, NumHeads = 2, WindowSize = 4, InitializerRange = 0.3,
        AttentionLayers = GptNeoConfig.Alternating(2), EosTokenId = 30,
    };

    [Fact]
    public void Generate_sameSeed_sameTokensAndOtherSeedOthers()
    {
        NativeTorch.SkipWithoutLibrary();
        using GptNeoForCausalLM model = New();
        using Generator generator = new(model);
        GenerationOptions options = new() { MaxNewTokens = 12, Temperature = 1, TopP = 0.95, StopToken = -1 };
        int[] first = generator.Generate([1, 2, 3], options);
        Assert.Equal(12, first.Length);
        Assert.Equal(first, generator.Generate([1, 2, 3], options));
        Assert.NotEqual(first, generator.Generate([1, 2, 3], options with { Seed = 2 }));
    }

    [Fact]
    public void Generate_stopToken_endsWithoutIt()
    {
        NativeTorch.SkipWithoutLibrary();
        using GptNeoForCausalLM model = New();
        using Generator generator = new(model);
        int[] free = generator.Generate([1, 2, 3], new GenerationOptions { MaxNewTokens = 8, StopToken = -1 });
        int[] stopped = generator.Generate([1, 2, 3], new GenerationOptions { MaxNewTokens = 8, StopToken = free[2] });
        Assert.Equal(free.TakeWhile(token => token != free[2]), stopped);
    }

    [Fact]
    public void Generate_longPrompt_readsItsEnd()
    {
        NativeTorch.SkipWithoutLibrary();
        using GptNeoForCausalLM model = New();
        using Generator generator = new(model);
        GenerationOptions options = new() { MaxNewTokens = 10, StopToken = -1 };
        int[] prompt = [.. Enumerable.Range(0, 60).Select(i => i % 31)];
        Assert.Equal(generator.Generate(prompt.AsSpan(^14..), options), generator.Generate(prompt, options));
    }

    [Fact]
    public void Generate_badOptions_allFaultsAtOnce()
    {
        NativeTorch.SkipWithoutLibrary();
        using GptNeoForCausalLM model = New();
        using Generator generator = new(model);
        ArgumentException e = Assert.Throws<ArgumentException>(() => generator.Generate([99], new GenerationOptions { MaxNewTokens = 24, TopP = 0, Temperature = -1 }));
        Assert.Contains("token 99", e.Message, StringComparison.Ordinal);
        Assert.Contains("below the model's 24 positions", e.Message, StringComparison.Ordinal);
        Assert.Contains("TopP", e.Message, StringComparison.Ordinal);
        Assert.Contains("Temperature", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => generator.Generate([], new GenerationOptions { MaxNewTokens = 2 }));
    }

    [Fact]
    public void Generate_cancelled_throws()
    {
        NativeTorch.SkipWithoutLibrary();
        using GptNeoForCausalLM model = New();
        using Generator generator = new(model);
        Assert.Throws<OperationCanceledException>(() => generator.Generate([1], new GenerationOptions { MaxNewTokens = 2 }, new CancellationToken(true)));
    }

    private static GptNeoForCausalLM New()
    {
        GptNeoForCausalLM model = new(Tiny, forTraining: false);
        model.Initialize(3);
        return model;
    }
}
