namespace DataForge.Pretrain.Training;

/// <summary>
/// Tells steps that would harm: a loss or gradient that is not finite, or a gradient norm far above its recent mean (an exponential
/// mean over about 50 steps). Its three numbers belong to the checkpoint, so a resumed run decides as the uninterrupted one.
/// </summary>
internal sealed class SpikeDetector(double factor, long warmupSteps)
{
    private const double Decay = 0.98;   // a horizon of 1 / (1 - 0.98) = 50 steps
    private const int MinSteps = 20;     // steps before the mean says anything

    /// <summary>Exponential mean of the gradient norm.</summary>
    internal double Mean { get; set; }

    /// <summary>Steps it was taken over.</summary>
    internal long Count { get; set; }

    /// <summary>Skipped steps since the last good one.</summary>
    internal int SkippedInARow { get; set; }

    /// <summary>Why the step must be skipped, or null; a good step joins the mean.</summary>
    internal string? Check(long step, double loss, double norm) => Check(loss, norm, NormLimit(step));

    /// <summary>The same, against a limit that was taken before.</summary>
    internal string? Check(double loss, double norm, double limit)
    {
        string? reason = FindFault(loss, norm, limit);
        if (reason is not null)
        {
            SkippedInARow++;
            return reason;
        }

        SkippedInARow = 0;
        Mean = Count == 0 ? norm : (Decay * Mean) + ((1 - Decay) * norm);
        Count++;
        return null;
    }

    /// <summary>The largest gradient norm that a step may have; infinite norms never.</summary>
    internal double NormLimit(long step) => HasReliableMean(step) ? factor * Mean : double.MaxValue;

    private bool HasReliableMean(long step) => factor > 0 && Count >= MinSteps && step >= warmupSteps;

    private string? FindFault(double loss, double norm, double limit)
    {
        if (!double.IsFinite(loss))
        {
            return "the loss is not finite";
        }

        if (!double.IsFinite(norm))
        {
            return "the gradient is not finite";
        }

        return norm > limit ? $"the gradient norm is {norm / Mean:F1} times its recent mean" : null;
    }
}
