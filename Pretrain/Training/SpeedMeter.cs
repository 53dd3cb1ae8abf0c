using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>Times steps and turns them into log records.</summary>
internal sealed class SpeedMeter(GptNeoConfig model, TrainingOptions options, TimeProvider clock, double peakFlops, long firstStep) : IDisposable
{
    private readonly ResidentMemory _memory = new();
    private readonly long _begun = clock.GetTimestamp();
    private long _stepBegun;

    internal double FlopsPerToken { get; } = DeviceSpeed.FlopsPerToken(model, options.BlockSize);

    internal void BeginStep() => _stepBegun = clock.GetTimestamp();

    internal StepMetrics EndStep(long step, double loss, double rate, double norm)
    {
        long now = clock.GetTimestamp();
        double seconds = Math.Max(1e-9, clock.GetElapsedTime(_stepBegun, now).TotalSeconds);
        double perStep = clock.GetElapsedTime(_begun, now).TotalSeconds / (step + 1 - firstStep); // evaluations and checkpoints included
        double tokensPerSecond = options.TokensPerStep / seconds;
        return new StepMetrics(
            step, loss, tokensPerSecond, rate, norm, tokensPerSecond * FlopsPerToken / peakFlops, (step + 1) * options.TokensPerStep,
            perStep * (options.Steps - step - 1), _memory.Read());
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
