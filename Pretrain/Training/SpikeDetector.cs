namespace DataForge.Pretrain.Training;

/// <summary>
/// Finds the steps whose update would do harm: a loss or gradient that is not finite, or a gradient norm far above its recent mean. Its
/// three numbers belong to the checkpoint, so a resumed run skips the same steps as an uninterrupted one.
/// </summary>
/// <param name="factor">A norm above this many times the mean is a spike; 0 turns that check off.</param>
/// <param name="warmupSteps">Steps of warm-up, in which norms fall by themselves and none counts as a spike.</param>
internal sealed class SpikeDetector(double factor, long warmupSteps)
{
    // Chosen, not measured: the mean covers about 1 / (1 - 0.98) = 50 steps, few beside a run and many beside a spike; the mean of fewer
    // than 20 norms depends too much on single ones.
    private const double Decay = 0.98;
    private const int MinSteps = 20;

    private double _mean;
    private long _count;

    /// <summary>Skipped steps since the last good one.</summary>
    internal int SkippedInARow { get; private set; }

    /// <summary>Why the step must be skipped, or null; the norm of a good step joins the mean.</summary>
    internal string? Check(long step, double loss, double norm) => Check(loss, norm, NormLimit(step));

    /// <summary>The same, against a limit that was read before the step.</summary>
    internal string? Check(double loss, double norm, double limit)
    {
        string? reason = FindFault(loss, norm, limit);
        if (reason is not null)
        {
            SkippedInARow++;
            return reason;
        }

        SkippedInARow = 0;
        _mean = _count == 0 ? norm : (Decay * _mean) + ((1 - Decay) * norm);
        _count++;
        return null;
    }

    /// <summary>The largest gradient norm that a step may have. An infinite norm is above it in any case.</summary>
    internal double NormLimit(long step) => HasReliableMean(step) ? factor * _mean : double.MaxValue;

    /// <summary>Copies the detector's state into a checkpoint.</summary>
    internal void SaveTo(CheckpointState state) =>
        (state.NormMean, state.NormCount, state.SkippedInARow) = (_mean, _count, SkippedInARow);

    /// <summary>Continues from a checkpoint.</summary>
    internal void LoadFrom(CheckpointState state) =>
        (_mean, _count, SkippedInARow) = (state.NormMean, state.NormCount, state.SkippedInARow);

    private bool HasReliableMean(long step) => factor > 0 && _count >= MinSteps && step >= warmupSteps;

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

        return norm > limit ? $"the gradient norm is {norm / _mean:F1} times its recent mean" : null;
    }
}
