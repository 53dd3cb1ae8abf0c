namespace DataForge.Pretrain.Data;

/// <summary>
/// How often a document is seen in an epoch: weighted by its repository's stars as in PyCodeGPT, 1 + min(log10(stars + 1), 5) / 5 times,
/// from once (no star) to twice (99,999 and more) (<see href="https://arxiv.org/abs/2206.06888"/>).
/// </summary>
/// <remarks>
/// The fraction above one is spread over the epochs: a document of weight 1.25 is repeated in every fourth epoch; the seed decides in
/// which. So over the epochs every document gets exactly its weight, not only on average.
/// </remarks>
internal static class Resampling
{
    // A fixed-point fraction: the last bit of the logarithm may differ between machines, which must not change the order of documents.
    private const int Unit = 1 << 10;

    /// <summary>PyCodeGPT's weight minus one, in 1/1024: 0 to 1024.</summary>
    public static int Fraction(int stars) => (int)Math.Round(Math.Min(Math.Log10(stars + 1.0), 5) / 5 * Unit);

    /// <summary>How often a document is repeated in an epoch: 0 or 1.</summary>
    public static int ExtraCopies(int stars, long document, long epoch, ulong seed)
    {
        long fraction = Fraction(stars);
        long phase = (long)(SeededHash.Of(seed, (ulong)document) % Unit);
        return (int)(((((epoch + 1) * fraction) + phase) / Unit) - (((epoch * fraction) + phase) / Unit));
    }
}
