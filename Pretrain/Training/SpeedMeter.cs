using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>Times steps and computes what the log says of them.</summary>
/// <param name="model">For the operations per token.</param>
/// <param name="options">For the tokens per step and the number of steps.</param>
/// <param name="clock">The clock.</param>
/// <param name="peakFlops">What all devices together can do, in floating-point operations per second.</param>
/// <param name="firstStep">The first step of this process, from 0.</param>
internal sealed class SpeedMeter(GptNeoConfig model, TrainingOptions options, TimeProvider clock, double peakFlops, long firstStep)
    : IDisposable
{
    private readonly ResidentMemory _memory = new();
    private readonly long _runStart = clock.GetTimestamp();
    private long _stepStart;

    /// <summary>Floating-point operations per token, forward and backward.</summary>
    internal double FlopsPerToken { get; } = DeviceSpeed.FlopsPerToken(model, options.BlockSize);

    /// <summary>Starts to time a step.</summary>
    internal void BeginStep() => _stepStart = clock.GetTimestamp();

    /// <summary>The figures of the step that ends now.</summary>
    internal StepMetrics EndStep(long step, double loss, double learningRate, double gradientNorm)
    {
        long now = clock.GetTimestamp();
        double seconds = Math.Max(1e-9, clock.GetElapsedTime(_stepStart, now).TotalSeconds);
        double runSeconds = clock.GetElapsedTime(_runStart, now).TotalSeconds; // evaluations and checkpoints included
        double meanStepSeconds = runSeconds / (step + 1 - firstStep);
        double tokensPerSecond = options.TokensPerStep / seconds;
        return new StepMetrics(
            Step: step,
            Loss: loss,
            TokensPerSecond: tokensPerSecond,
            LearningRate: learningRate,
            GradientNorm: gradientNorm,
            Utilisation: tokensPerSecond * FlopsPerToken / peakFlops,
            Tokens: (step + 1) * options.TokensPerStep,
            SecondsLeft: meanStepSeconds * (options.Steps - step - 1),
            MemoryBytes: _memory.Read());
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
