namespace DataForge.Corpus.Tests;

public class OccurrenceRankTests
{
    private static readonly OccurrenceRank Plain = new(LicenseClass.Permissive, 10, false, "2015-01-01T00:00:00Z", "b/b", "m.py");

    [Fact]
    public void CompareTo_oneFactDiffers_prefersAsTheHouseSays()
    {
        OccurrenceRank[] best =
        [
            Plain with { Stars = 11 },
            Plain with { CreatedAt = "2014-01-01T00:00:00Z" },
            Plain with { Repository = "a/b" },
            Plain with { Path = "a.py" },
        ];
        OccurrenceRank[] worse =
        [
            Plain with { License = LicenseClass.StrongCopyleft, Stars = 1_000_000 },
            Plain with { Stars = 9, CreatedAt = "2001-01-01T00:00:00Z" },
            Plain with { IsFork = true, CreatedAt = "2001-01-01T00:00:00Z" },
            Plain with { CreatedAt = null, Repository = "a/a" },
        ];
        Assert.All(best, rank => Assert.True(rank.CompareTo(Plain) < 0));
        Assert.All(worse, rank => Assert.True(rank.CompareTo(Plain) > 0));
    }
}
