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

    [Theory]
    [InlineData(1024, 110_390_784)]
    [InlineData(2048, 111_177_216)]
    public void ParameterCount_110M_isAsPublished(int positions, long expected) =>
        Assert.Equal(expected, DataForge.Pretrain.Model.GptNeoConfig.Base110M(32_000, positions).ParameterCount);
}
