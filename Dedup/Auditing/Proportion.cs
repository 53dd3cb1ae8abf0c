namespace DataForge.Dedup.Auditing;

/// <summary>A share found in a sample, with its 95 % confidence interval.</summary>
/// <param name="Count">How many of the sample have the property.</param>
/// <param name="Of">The size of the sample.</param>
/// <param name="Share">Count / Of; 1 for an empty sample.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
public sealed record Proportion(long Count, long Of, double Share, double Low, double High)
{
    // The 97.5 % point of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>
    /// The share with its score interval (Wilson, Journal of the American Statistical Association 22, 1927), which is meaningful near 0 and
    /// 1 too: for 1,000 of 1,000 its lower end is 99.6 %.
    /// </summary>
    public static Proportion With95PercentInterval(long count, long of)
    {
        if (of == 0)
        {
            return new Proportion(0, 0, 1, 0, 1);
        }

        double n = of;
        double share = count / n;
        double scale = 1 + (Z * Z / n);
        double centre = (share + (Z * Z / (2 * n))) / scale;
        double half = Z * Math.Sqrt((share * (1 - share) / n) + (Z * Z / (4 * n * n))) / scale;
        double low = count == 0 ? 0 : Math.Max(0, centre - half);
        double high = count == of ? 1 : Math.Min(1, centre + half);
        return new Proportion(count, of, share, low, high);
    }
}
