namespace DataForge.Pretrain.Training;

/// <summary>
/// The learning rate of each step: a linear warm-up, then a decay to the minimum (cosine: https://arxiv.org/abs/1608.03983). The minimum is
/// that of step number <c>Steps</c>, the first one after the run.
/// </summary>
public static class LearningRateSchedule
{
    /// <summary>The learning rate of one step, counted from 0.</summary>
    public static double At(long step, TrainingOptions options)
    {
        double peak = options.LearningRate;
        if (step < options.WarmupSteps)
        {
            return peak * (step + 1) / options.WarmupSteps;
        }

        double lowest = peak * options.MinLearningRateRatio;
        double progress = (double)(step - options.WarmupSteps) / Math.Max(1, options.Steps - options.WarmupSteps); // 0 to 1
        return options.Decay switch
        {
            LearningRateDecay.Cosine => lowest + ((peak - lowest) * (1 + Math.Cos(Math.PI * progress)) / 2),
            LearningRateDecay.Linear => lowest + ((peak - lowest) * (1 - progress)),
            _ => peak,
        };
    }
}
