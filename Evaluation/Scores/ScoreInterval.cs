namespace DataForge.Evaluation.Scores;

/// <summary>
/// A 95 % confidence interval of a mean over problems. The problems count as drawn from all problems of their kind, so the interval says
/// how much the score would vary with other problems, not only with other samples.
/// </summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Method">How it was computed: <c>bootstrap</c> or <c>wilson</c>.</param>
public readonly record struct ScoreInterval(double Low, double High, string Method)
{
    // Closer to 0 or 1 too few problems differ from the rest (three of 164) for resampling them to say much; Wilson's interval holds there.
    private const double LeastForBootstrap = 0.02;

    /// <summary>The interval of the mean of values between 0 and 1: by bootstrap, or Wilson's where the mean is near 0 or 1.</summary>
    public static ScoreInterval Of(ReadOnlySpan<double> values)
    {
        double mean = Mean(values);
        return mean is < LeastForBootstrap or > 1 - LeastForBootstrap
            ? WilsonInterval.Of(mean, values.Length)
            : BootstrapInterval.Of(values);
    }

    internal static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
