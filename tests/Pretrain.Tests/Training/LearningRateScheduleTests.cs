using DataForge.Pretrain.Model;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Training;

public class LearningRateScheduleTests
{
    private static readonly TrainingOptions Options = new() { Steps = 110, WarmupSteps = 10, LearningRate = 1e-3, MinLearningRateRatio = 0.1 };

    [Theory]
    [InlineData(LearningRateDecay.Cosine, 0, 1e-4)]
    [InlineData(LearningRateDecay.Cosine, 9, 1e-3)]
    [InlineData(LearningRateDecay.Cosine, 10, 1e-3)]
    [InlineData(LearningRateDecay.Cosine, 60, 5.5e-4)]
    [InlineData(LearningRateDecay.Cosine, 110, 1e-4)]
    [InlineData(LearningRateDecay.Linear, 35, 7.75e-4)]
    [InlineData(LearningRateDecay.Linear, 110, 1e-4)]
    [InlineData(LearningRateDecay.Constant, 109, 1e-3)]
    public void At_step_isOnTheCurve(LearningRateDecay decay, long step, double expected) =>
        Assert.Equal(expected, LearningRateSchedule.At(step, Options with { Decay = decay }), 1e-12);

    [Fact]
    public void Presets_all_areValidAndNamedOnce()
    {
        Assert.Equal(TrainingPresets.Names.Count, TrainingPresets.Names.Distinct().Count());
        foreach (string name in TrainingPresets.Names)
        {
            TrainingPreset preset = TrainingPresets.Find(name);
            Assert.Empty(preset.Options.Faults());
            preset.Model(32_000).Validate();
            Assert.True(preset.Options.BlockSize <= preset.Model(32_000).MaxPositionEmbeddings);
        }

        Assert.Contains("quickstart", Assert.Throws<ArgumentException>(() => TrainingPresets.Find("none")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_muonVariant_differsFromThePublishedRecipeInTheOptimizerAlone()
    {
        TrainingOptions published = TrainingPresets.Find("pycodegpt-110m").Options, variant = TrainingPresets.Find("pycodegpt-110m-muon").Options;
        Assert.Equal(OptimizerKind.AdamW, published.Optimizer);
        Assert.Equal(published with { Optimizer = OptimizerKind.Muon, Initialization = WeightInitialization.ScaledQueries }, variant);
    }

    /// <summary>A checkpoint of a program without Muon has this fingerprint; it must go on resuming.</summary>
    [Fact]
    public void Fingerprint_publishedRecipe_isThatOfEarlierPrograms() => Assert.Equal(
        "steps 100000 blocks 480 of 1024 lr 0.0005 min 0.1 warmup 1000 Cosine betas 0.9 0.95 eps 1E-08 wd 0.1 clip 1 spike 10",
        TrainingPresets.Find("pycodegpt-110m").Options.Fingerprint());

    [Theory]
    [InlineData(1024, 110_390_784)]
    [InlineData(2048, 111_177_216)]
    public void ParameterCount_110M_isAsPublished(int positions, long expected) =>
        Assert.Equal(expected, DataForge.Pretrain.Model.GptNeoConfig.Base110M(32_000, positions).ParameterCount);
}
