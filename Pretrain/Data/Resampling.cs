namespace DataForge.Pretrain.Data;

/// <summary>
/// How often a document is seen in an epoch. Plainly once; or weighted by its repository's stars as PyCodeGPT does,
/// 1 + min(log10(stars + 1), 5) / 5 times, from once (no star) to twice (99,999 and more)
/// (<see href="https://arxiv.org/abs/2206.06888"/>).
/// </summary>
/// <remarks>
/// The part beyond one is spread over the epochs: a document of weight 1.25 comes a second time in every fourth epoch, which one being drawn by the
/// seed. So over epochs every document gets its weight, not just on average.
/// </remarks>
internal static class Resampling
{
    // A fixed-point fraction: the logarithm's last bit may differ between machines, and must not move a document.
    private const int Unit = 1 << 10;

    /// <summary>PyCodeGPT's weight less one, in 1/1024: 0 to 1024.</summary>
    public static int Fraction(int stars) => (int)Math.Round(Math.Min(Math.Log10(stars + 1.0), 5) / 5 * Unit);

    /// <summary>How many more times than once a document is seen in an epoch: 0 or 1.</summary>
    public static int ExtraCopies(int stars, long document, long epoch, ulong seed)
    {
        long fraction = Fraction(stars);
        long phase = (long)(SeededHash.Of(seed, (ulong)document) % Unit);
        return (int)(((((epoch + 1) * fraction) + phase) / Unit) - (((epoch * fraction) + phase) / Unit));
    }
}
