namespace DataForge.Dedup.Auditing;

/// <summary>A share found in a sample, with the 95 % interval of the share in the whole.</summary>
/// <param name="Count">Those of which it is true.</param>
/// <param name="Of">Those looked at.</param>
/// <param name="Share">Count / Of; 1 where nothing was looked at.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
public sealed record Proportion(long Count, long Of, double Share, double Low, double High)
{
    // The 97.5 % point of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>
    /// The share with its score interval (Wilson, Journal of the American Statistical Association 22, 1927), which stays honest near 0 and 1: of 1,000
    /// without exception it says at least 99.6 %.
    /// </summary>
    public static Proportion Of95(long count, long of)
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
        return new Proportion(count, of, share, count == 0 ? 0 : Math.Max(0, centre - half), count == of ? 1 : Math.Min(1, centre + half));
    }
}
