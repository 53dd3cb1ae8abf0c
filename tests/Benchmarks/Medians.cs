namespace DataForge.Benchmarks;

/// <summary>The middle of several measurements.</summary>
internal static class Medians
{
    /// <summary>The median; the larger of the two in the middle where the count is even.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
