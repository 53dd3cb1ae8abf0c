namespace DataForge.Evaluation.Scores;

/// <summary>
/// Wilson's interval for a share (https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval). For problems with several
/// samples, whose values lie between 0 and 1, it is wider than needed and never narrower, because such values vary less than zeros and
/// ones.
/// </summary>
internal static class WilsonInterval
{
    /// <summary>The two-sided 95 % quantile of the normal distribution.</summary>
    public const double Quantile = 1.959963984540054;

    /// <summary>The interval of a mean over so many problems.</summary>
    public static ScoreInterval Of(double mean, int problems)
    {
        const double Squared = Quantile * Quantile;
        double scale = 1 / (1 + (Squared / problems));
        double centre = (mean + (Squared / (2 * problems))) * scale;
        double half = Quantile * scale * Math.Sqrt((mean * (1 - mean) / problems) + (Squared / (4.0 * problems * problems)));
        return new ScoreInterval(Math.Max(0, centre - half), Math.Min(1, centre + half), "wilson");
    }
}
