namespace DataForge.Evaluation.Scores;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    private const int Bisections = 60;
    private const double Farthest = 9; // beyond it, probabilities differ from 0 and 1 by less than 1e-18

    /// <summary>The probability of a value at most <paramref name="x"/>.</summary>
    public static double Distribution(double x)
    {
        double z = Math.Abs(x);
        double tail = z > Farthest ? 0 : z < 3 ? 0.5 - Series(z) : Density(z) / Fraction(z);
        return x < 0 ? tail : 1 - tail;
    }

    /// <summary>The value below which a share of the distribution lies.</summary>
    public static double Quantile(double probability)
    {
        double low = -Farthest, high = Farthest;
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Distribution(middle) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    // The probability between 0 and x: density · (x + x³/3 + x⁵/15 + …).
    private static double Series(double x)
    {
        double term = x, sum = x;
        for (int i = 3; term > sum * 1e-17; i += 2)
        {
            term *= x * x / i;
            sum += term;
        }

        return sum * Density(x);
    }

    // Laplace's continued fraction of the upper tail: x + 1/(x + 2/(x + 3/(x + …))).
    private static double Fraction(double x)
    {
        double value = x;
        for (int i = 100; i >= 1; i--)
        {
            value = x + (i / value);
        }

        return value;
    }
}
