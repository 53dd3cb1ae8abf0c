namespace DataForge.Dedup.Signatures;

/// <summary>
/// How a signature is divided into bands. Two files become a candidate pair when they agree in all rows of at least one band. Each row
/// agrees with a probability equal to their Jaccard similarity s, so the pair is missed with a probability of (1 − s^rows)^bands (Leskovec,
/// Rajaraman, Ullman, Mining of Massive Datasets, 3.4.2).
/// </summary>
/// <param name="Bands">Bands in a signature.</param>
/// <param name="Rows">Rows in a band.</param>
/// <remarks>
/// More rows make fewer pairs below the threshold into candidates, but need more bands. So the plan has as many rows as 256 permutations
/// allow, and the fewest bands with which the miss probability is not exceeded.
/// <list type="table">
/// <item>threshold 0.70: 51 × 4, misses (1 − 0.2401)^51 = 8.3e-7</item>
/// <item>threshold 0.80: 35 × 5, misses (1 − 0.3277)^35 = 9.2e-7</item>
/// <item>threshold 0.85: 36 × 7, misses (1 − 0.3206)^36 = 9.1e-7; candidates are 95 % of pairs at 0.70, 25 % at 0.50, 0.8 % at 0.30</item>
/// <item>threshold 0.95: 18 × 12, misses (1 − 0.5404)^18 = 8.4e-7</item>
/// </list>
/// A pair above the threshold is missed far more rarely: at 0.90 with 36 × 7, 7e-11.
/// </remarks>
public readonly record struct BandPlan(int Bands, int Rows)
{
    /// <summary>Permutations (bands × rows) of a signature at most.</summary>
    public const int MaxPermutations = 256;

    // At a threshold of 1 any number of rows would do.
    private const int MaxRows = 32;

    /// <summary>Permutations in a signature.</summary>
    public int Permutations => Bands * Rows;

    /// <summary>The probability that a pair with a similarity is missed.</summary>
    public double MissProbability(double similarity) => Math.Pow(1 - Math.Pow(similarity, Rows), Bands);

    /// <summary>The plan for a threshold and the highest probability of a miss at it.</summary>
    /// <exception cref="ArgumentException">256 permutations do not suffice: the threshold is too low.</exception>
    public static BandPlan For(double threshold, double missProbability)
    {
        for (int rows = MaxRows; rows >= 1; rows--)
        {
            for (int bands = 1; bands * rows <= MaxPermutations; bands++)
            {
                var plan = new BandPlan(bands, rows);
                if (plan.MissProbability(threshold) <= missProbability)
                {
                    return plan;
                }
            }
        }

        throw new ArgumentException(
            $"A miss probability of {missProbability} at a threshold of {threshold} needs more than {MaxPermutations} permutations.");
    }
}
