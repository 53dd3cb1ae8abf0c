using DataForge.Corpus.Shingling;
using DataForge.Dedup.Sorting;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Dedup.Tests.Sorting;

public class SortTests
{
    [Fact]
    public void SortDistinct_anyHashes_sortsEachOnce() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var sort = new UniformSort();
        // Few different values among many, crowded buckets and values at both ends of the range.
        ulong[] pool = [0, ulong.MaxValue, .. Enumerable.Range(0, random.Next(1, 3_000)).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
        ulong[] values = random.GetItems(pool, random.Next(0, 5_000));
        var sorted = new ulong[values.Length + 3];
        int count = sort.SortDistinct(values, sorted);
        Assert.Equal(values.Distinct().Order(), sorted[..count]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void SortDistinct_threeValuesInterleavedInOneBucket_isNotQuadratic()
    {
        ulong[] values = [.. Enumerable.Range(0, 900_000).Select(i => (ulong)(3 - (i % 3)))];
        var sorted = new ulong[values.Length];
        Assert.Equal(3, new UniformSort().SortDistinct(values, sorted));
        Assert.Equal([1UL, 2, 3], sorted[..3]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public void Sort_anyWords_sortsByHighBitsAndKeepsOrder(int count)
    {
        var random = new Random(count);
        ulong[] values = [.. Enumerable.Range(0, count).Select(i => ((ulong)random.Next(500) << 40) | (uint)i)];
        random.Shuffle(values);
        ulong[] all = [.. values];
        RadixSort.Sort(all, new ulong[count], 0);
        Assert.Equal(values.Order(), all);

        ulong[] high = [.. values];
        RadixSort.Sort(high, new ulong[count], 40);
        Assert.Equal(values.OrderBy(value => value >> 40).Select(value => value >> 40), high.Select(value => value >> 40));
    }

    [Fact]
    public void ForEachGroup_equalHashes_comeTogetherInRankOrder() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        int files = random.Next(1, 6_000);
        int rankBits = KeyedRanks.RankBits(files);
        ulong[] hashes = [.. Enumerable.Range(0, files).Select(_ => (ulong)random.Next(files) << 44)];
        int[] order = [.. Enumerable.Range(0, files)];
        random.Shuffle(order);
        ulong[] words = [.. order.Select(rank => KeyedRanks.Pack(hashes[rank], rank, rankBits))];
        var groups = new List<int[]>();
        KeyedRanks.ForEachGroup(words, new ulong[files], rankBits, group => groups.Add([.. group.ToArray().Select(word => KeyedRanks.Rank(word, rankBits))]));
        Assert.Equal(
            Enumerable.Range(0, files).GroupBy(rank => hashes[rank]).Where(group => group.Count() > 1).Select(group => string.Join(',', group)).Order(StringComparer.Ordinal),
            groups.Select(group => string.Join(',', group)).Order(StringComparer.Ordinal));
    }).QuickCheckThrowOnFailure();
}
