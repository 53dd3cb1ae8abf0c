using DataForge.Pretrain.Data;

namespace DataForge.Pretrain.Tests.Data;

public class KeyedPermutationTests
{
    [Fact]
    public void Index_everyCount_isAPermutation()
    {
        foreach (long count in Enumerable.Range(1, 300).Select(n => (long)n).Append(4096).Append(65_537))
        {
            KeyedPermutation permutation = new(count, key: (ulong)count * 7);
            bool[] seen = new bool[count];
            for (long i = 0; i < count; i++)
            {
                Assert.False(seen[permutation[i]]);
                seen[permutation[i]] = true;
            }
        }
    }

    [Fact]
    public void Index_hugeCount_staysInRangeAndDistinct()
    {
        KeyedPermutation permutation = new(long.MaxValue, 3);
        HashSet<long> seen = [.. Enumerable.Range(0, 10_000).Select(i => permutation[i])];
        Assert.Equal(10_000, seen.Count);
        Assert.All(seen, value => Assert.InRange(value, 0, long.MaxValue - 1));
    }

    [Fact]
    public void Index_manyKeys_sendsEachElementEverywhereAlike()
    {
        // 20 elements, 40,000 keys: each cell expects 2,000; 6 standard deviations are ±262 (binomial, p = 1/20).
        const int Count = 20, Keys = 40_000;
        int[,] hits = new int[Count, Count];
        int[,] follows = new int[Count, Count];
        for (ulong key = 0; key < Keys; key++)
        {
            KeyedPermutation permutation = new(Count, SeededHash.Of(99, key));
            for (int i = 0; i < Count; i++)
            {
                hits[i, permutation[i]]++;
                if (i > 0)
                {
                    follows[permutation[i - 1], permutation[i]]++;
                }
            }
        }

        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
            {
                Assert.InRange(hits[i, j], 2000 - 262, 2000 + 262);
                Assert.True(i == j || follows[i, j] is > 2000 - 262 and < 2000 + 262, $"{j} after {i}: {follows[i, j]}");
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    public void Index_outOfRange_throws(long element) => Assert.Throws<ArgumentOutOfRangeException>(() => new KeyedPermutation(10, 1)[element]);
}
