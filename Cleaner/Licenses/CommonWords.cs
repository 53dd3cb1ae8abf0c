namespace DataForge.Cleaner.Licenses;

/// <summary>How many words two texts share in the same order.</summary>
internal static class CommonWords
{
    /// <summary>Fills a table: [i, k] is the length of the longest common subsequence of left[i..] and right[k..].</summary>
    /// <param name="left">Words of one side.</param>
    /// <param name="right">Words of the other side.</param>
    /// <param name="table">The table, row by row.</param>
    /// <param name="width">The length of its rows.</param>
    public static void Fill(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, ushort[] table, int width)
    {
        table.AsSpan(left.Length * width, width).Clear();
        for (int i = left.Length - 1; i >= 0; i--)
        {
            table[(i * width) + right.Length] = 0;
            for (int k = right.Length - 1; k >= 0; k--)
            {
                table[(i * width) + k] = left[i] == right[k]
                    ? (ushort)(table[((i + 1) * width) + k + 1] + 1)
                    : Math.Max(table[((i + 1) * width) + k], table[(i * width) + k + 1]);
            }
        }
    }
}
