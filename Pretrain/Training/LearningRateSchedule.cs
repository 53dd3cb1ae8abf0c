namespace DataForge.Pretrain.Training;

/// <summary>The learning rate of each step: a straight rise, then a fall to the minimum, which step <c>Steps</c> would have.</summary>
public static class LearningRateSchedule
{
    /// <summary>The rate of one step, counted from 0.</summary>
    public static double At(long step, TrainingOptions options)
    {
        double peak = options.LearningRate;
        if (step < options.WarmupSteps)
        {
            return peak * (step + 1) / options.WarmupSteps;
        }

        double lowest = peak * options.MinLearningRateRatio;
        double done = (double)(step - options.WarmupSteps) / Math.Max(1, options.Steps - options.WarmupSteps); // 0 to 1
        return options.Decay switch
        {
            LearningRateDecay.Cosine => lowest + ((peak - lowest) * (1 + Math.Cos(Math.PI * done)) / 2),
            LearningRateDecay.Linear => lowest + ((peak - lowest) * (1 - done)),
            _ => peak,
        };
    }
}
