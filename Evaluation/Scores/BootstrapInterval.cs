namespace DataForge.Evaluation.Scores;

/// <summary>
/// The bias-corrected and accelerated bootstrap (Efron 1987): problems are drawn with replacement, and the quantiles of the means are moved
/// by how far the means lie to one side and by how skewed the values are. The draws are seeded, so the same values give the same interval.
/// </summary>
internal static class BootstrapInterval
{
    private const int Resamples = 1000;

    /// <summary>The interval of the values' mean.</summary>
    public static ScoreInterval Of(ReadOnlySpan<double> values)
    {
        double mean = ScoreInterval.Mean(values);
        double acceleration = Acceleration(values, mean);
        double[] means = Resample(values);
        double below = means.Count(other => other < mean) + (means.Count(other => other == mean) / 2.0);
        double bias = Normal.Quantile(Math.Clamp(below / Resamples, 1.0 / Resamples, 1 - (1.0 / Resamples)));
        return new ScoreInterval(At(means, -1), At(means, 1), "bootstrap");

        double At(double[] sorted, int side)
        {
            double shifted = bias + (side * WilsonInterval.Quantile);
            double probability = Normal.Distribution(bias + (shifted / (1 - (acceleration * shifted))));
            return sorted[Math.Clamp((int)(probability * Resamples), 0, Resamples - 1)];
        }
    }

    private static double[] Resample(ReadOnlySpan<double> values)
    {
        ulong state = 1;
        var means = new double[Resamples];
        for (int i = 0; i < Resamples; i++)
        {
            double sum = 0;
            for (int j = 0; j < values.Length; j++)
            {
                sum += values[(int)(((UInt128)Next(ref state) * (ulong)values.Length) >> 64)];
            }

            means[i] = sum / values.Length;
        }

        Array.Sort(means);
        return means;
    }

    // The skewness of the mean by the jackknife, over six; 0 where all values are equal.
    private static double Acceleration(ReadOnlySpan<double> values, double mean)
    {
        double squares = 0, cubes = 0;
        foreach (double value in values)
        {
            double difference = value - mean;
            squares += difference * difference;
            cubes += difference * difference * difference;
        }

        return squares == 0 ? 0 : cubes / (6 * Math.Pow(squares, 1.5));
    }

    // SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the draws must not change with the version of .NET.
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
