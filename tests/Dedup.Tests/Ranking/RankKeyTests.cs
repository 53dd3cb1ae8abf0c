using System.Buffers;
using DataForge.Corpus;
using DataForge.Dedup.Ranking;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Dedup.Tests.Ranking;

public class RankKeyTests
{
    [Fact]
    public void Write_anyRanks_orderAsTheRanksDo() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        OccurrenceRank left = Any(random);
        OccurrenceRank right = Any(random);
        Assert.Equal(Math.Sign(left.CompareTo(right)), Math.Sign(Key(left).AsSpan().SequenceCompareTo(Key(right))));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    private static byte[] Key(OccurrenceRank rank)
    {
        var key = new ArrayBufferWriter<byte>();
        RankKey.Write(key, rank);
        return key.WrittenSpan.ToArray();
    }

    // Few different values, so that ties go down to the last field.
    private static OccurrenceRank Any(Random random) => new(
        (LicenseClass)random.Next(2), random.Next(3) * 1_000_000, random.Next(2) == 0, random.Next(3) == 0 ? null : Text(random), Text(random), Text(random));

    // Around the places where UTF-8 and UTF-16 differ in order, with NUL and prefixes of one another.
    private static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(3)).Select(_ => random.GetItems(["a", "b", "\0", "\u0001", "/", "~", "é", "\uD7FF", "\uE000", "\uFFFD", "😀", "\U0010FFFF"], 1)[0]));
}
