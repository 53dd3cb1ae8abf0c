using DataForge.Corpus;
using DataForge.Crawler.GitHub;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Crawler.Tests.GitHub;

public sealed class SearchQueryTests
{
    [Fact]
    public void Parse_collapses_space_but_not_in_quotation_marks() =>
        Assert.Equal("language:python \"a  b\" topic:\"x y\"", SearchQuery.Parse("  language:python\t \"a  b\"  topic:\"x y\" ").Key);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\"open")]
    [InlineData("a\u0001b")]
    public void Parse_no_query_is_refused(string text) => Assert.Throws<DataForgeException>(() => SearchQuery.Parse(text));

    [Theory]
    [InlineData("language:python", "created:2004-01-10T13:37:04Z..2055-01-23T22:02:39Z", "created:2055-01-23T22:02:40Z..2106-02-07T06:28:15Z")]
    [InlineData("x created:2015-01-01..2015-01-02", "created:2015-01-01T00:00:00Z..2015-01-01T23:59:59Z", "created:2015-01-02T00:00:00Z..2015-01-02T23:59:59Z")]
    [InlineData("x created:2015-01-01T00:00:00Z..2015-01-01T00:00:01Z", "created:2015-01-01T00:00:00Z..2015-01-01T00:00:00Z", "created:2015-01-01T00:00:01Z..2015-01-01T00:00:01Z")]
    [InlineData("x created:<2004-01-10T13:37:06Z", "created:2004-01-10T13:37:04Z..2004-01-10T13:37:04Z", "created:2004-01-10T13:37:05Z..2004-01-10T13:37:05Z")]
    [InlineData("x created:2015-01-01T00:00:00+00:00 pushed:2016-01-01T00:00:00Z stars:5..6", "stars:5..5", "stars:6..6")]
    [InlineData("x -created:2015-01-01 pushed:>=2106-02-07T06:28:14Z", "pushed:2106-02-07T06:28:14Z..2106-02-07T06:28:14Z", "pushed:2106-02-07T06:28:15Z..2106-02-07T06:28:15Z")]
    [InlineData("x created:soon pushed:often pushed:seldom stars:>=2147483646", "stars:2147483646..2147483646", "stars:2147483647..2147483647")]
    public void Split_whole_query_stays_within_what_the_user_said(string query, string left, string right) =>
        Assert.Equal([left, right], SearchQuery.Parse(query).Split(""));

    [Fact]
    public void For_a_window_replaces_what_it_bounds_and_keeps_the_rest()
    {
        SearchQuery query = SearchQuery.Parse("language:python created:>2012-01-01 fork:true stars:>=10");
        Assert.Equal("language:python created:>2012-01-01 fork:true stars:>=10", query.For(""));
        Assert.Equal(
            "language:python fork:true stars:>=10 created:2013-01-01T00:00:00Z..2013-01-01T00:00:00Z",
            query.For("created:2013-01-01T00:00:00Z..2013-01-01T00:00:00Z"));
        Assert.Throws<FormatException>(() => query.For("size:1..2"));
    }

    [Fact]
    public void Split_a_single_point_of_all_bounds_is_empty() => Assert.Empty(SearchQuery.Parse("x").Split(
        "created:2013-01-01T00:00:00Z..2013-01-01T00:00:00Z pushed:2013-01-01T00:00:01Z..2013-01-01T00:00:01Z stars:7..7"));

    /// <summary>Whatever a repository's times and stars, it lies in exactly one half of each window, down to a window of its own.</summary>
    [Fact]
    public void Split_any_repository_lies_in_one_half_down_to_a_single_point()
    {
        Gen<(long Created, long Pushed, long Stars)> points =
            from created in Gen.Choose(1 << 30, int.MaxValue)
            from pushed in Gen.OneOf(
                Gen.Choose(created - 1000, created), Gen.Choose(created, int.MaxValue), Gen.Choose(1 << 30, int.MaxValue))
            from stars in Gen.OneOf(Gen.Choose(0, 20), Gen.Choose(0, int.MaxValue))
            select ((long)created, Math.Max(1L << 30, pushed), (long)stars);
        SearchQuery query = SearchQuery.Parse("language:python");
        Prop.ForAll(points.ToArbitrary(), point =>
        {
            string window = "";
            int depth = 0;
            for (IReadOnlyList<string> halves = query.Split(window); halves.Count > 0; halves = query.Split(window), depth++)
            {
                window = Assert.Single(halves, half => Contains(half, point));
            }

            (Bounds created, Bounds pushed, Bounds stars) = Read(window);
            Assert.Equal((point.Created, point.Created, point.Pushed, point.Pushed, point.Stars, point.Stars),
                (created.Low, created.High, pushed.Low, pushed.High, stars.Low, stars.High));
            Assert.InRange(depth, 32, 32 + 40 + 40);
        }).QuickCheckThrowOnFailure();
    }

    private static bool Contains(string window, (long Created, long Pushed, long Stars) point)
    {
        (Bounds created, Bounds pushed, Bounds stars) = Read(window);
        return Holds(created, point.Created) && Holds(pushed, point.Pushed) && Holds(stars, point.Stars);
    }

    private static bool Holds(Bounds bounds, long value) => bounds.Low <= value && value <= bounds.High;

    private static (Bounds Created, Bounds Pushed, Bounds Stars) Read(string window)
    {
        Dictionary<string, string> words = window.Split(' ').ToDictionary(word => word.Split(':', 2)[0], word => word.Split(':', 2)[1]);
        return (
            words.TryGetValue("created", out string? created) ? Bounds.Parse(created, true)!.Value : Bounds.AllTime,
            words.TryGetValue("pushed", out string? pushed) ? Bounds.Parse(pushed, true)!.Value : Bounds.AllTime,
            words.TryGetValue("stars", out string? stars) ? Bounds.Parse(stars, false)!.Value : Bounds.AllStars);
    }
}
