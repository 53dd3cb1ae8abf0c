using DataForge.Forge.Repositories;
using DataForge.Forge.Search;

namespace DataForge.Forge.Tests.Search;

public sealed class SearchTests
{
    private static readonly ForgeRepository Parent = Make(1, "alpha", 5, "2020-01-01T00:00:00Z");

    [Theory]
    [InlineData("stars:5", "alpha,beta")]
    [InlineData("stars:>5", "gamma")]
    [InlineData("stars:>=5", "alpha,beta,gamma")]
    [InlineData("stars:<9", "alpha,beta")]
    [InlineData("stars:6..*", "gamma")]
    [InlineData("stars:*..5", "alpha,beta")]
    [InlineData("stars:4..9", "alpha,beta,gamma")]
    [InlineData("created:2020-01-01", "alpha,beta")]
    [InlineData("created:2020-01-01T23:59:59Z", "beta")]
    [InlineData("created:<2020-01-02", "alpha,beta")]
    [InlineData("created:<=2020-01-01", "alpha,beta")]
    [InlineData("created:>2020-01-01", "gamma")]
    [InlineData("created:>=2020-01-01T00:00:01Z", "beta,gamma")]
    [InlineData("created:2020-01-01..2020-01-02", "alpha,beta,gamma")]
    [InlineData("created:2020-01-01T00:00:00+00:00..2020-01-01T12:00:00+00:00", "alpha")]
    [InlineData("created:2020-01-02T01:00:00+01:00", "gamma")]
    [InlineData("pushed:*..2020-01-01", "alpha,beta")]
    [InlineData("fork:true", "alpha,beta,delta,gamma")]
    [InlineData("fork:only", "delta")]
    [InlineData("fork:true -stars:5", "delta,gamma")]
    [InlineData("language:PYTHON archived:false", "alpha,beta,gamma")]
    [InlineData("user:own repo:own/beta", "alpha,beta,gamma")]
    [InlineData("repo:own/beta", "beta")]
    [InlineData("amm", "gamma")]
    [InlineData("\"alp\" stars:5", "alpha")]
    public void Find_qualifier_repositories(string query, string expected)
    {
        RepositorySearch search = Search();

        SearchPage page = search.Find(query, null, ascending: false, 1, 100);

        Assert.Equal(expected, string.Join(',', page.Items.Select(repository => repository.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(page.Items.Count, page.Total);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stars:many")]
    [InlineData("created:2020-13-01")]
    public void Find_nonsense_refused(string query) =>
        Assert.Throws<SearchException>(() => Search().Find(query, null, ascending: false, 1, 100));

    [Fact]
    public void Find_more_than_a_thousand_stops()
    {
        var catalog = new ForgeCatalog();
        RepositoryGenerator.AddTo(catalog, new GeneratorOptions { Count = 1500 });
        var search = new RepositorySearch(catalog);

        Assert.Equal(1500, search.Find("stars:>0", null, ascending: false, 1, 100).Total);
        Assert.Equal(100, search.Find("stars:>0", null, ascending: false, 10, 100).Items.Count);
        Assert.Throws<SearchException>(() => search.Find("stars:>0", null, ascending: false, 11, 100));
        Assert.Equal(10, search.Find("stars:>0", null, ascending: false, 34, 30).Items.Count);
    }

    [Fact]
    public void Find_stable_pages_give_each_once_and_unstable_ones_do_not()
    {
        var catalog = new ForgeCatalog();
        RepositoryGenerator.AddTo(catalog, new GeneratorOptions { Count = 900, SharedSecond = 900 });
        var search = new RepositorySearch(catalog);

        Assert.Equal(900, Seen());
        search.IsUnstable = true;
        Assert.InRange(Seen(), 100, 899);

        int Seen() => Enumerable.Range(1, 9).SelectMany(page => search.Find("stars:10", null, ascending: false, page, 100).Items)
            .Select(repository => repository.Id).Distinct().Count();
    }

    [Fact]
    public void Find_planted_incomplete_says_so_once()
    {
        var catalog = new ForgeCatalog();
        RepositoryGenerator.AddTo(catalog, new GeneratorOptions { Count = 500 });
        var search = new RepositorySearch(catalog);
        search.PlantIncomplete(1, lostShare: 0.5);

        SearchPage first = search.Find("stars:>0", null, ascending: false, 1, 100);
        SearchPage second = search.Find("stars:>0", null, ascending: false, 1, 100);

        Assert.True(first.IsIncomplete);
        Assert.InRange(first.Total, 150, 350);
        Assert.False(second.IsIncomplete);
        Assert.Equal(500, second.Total);
    }

    private static RepositorySearch Search()
    {
        var catalog = new ForgeCatalog();
        catalog.Add(Parent);
        catalog.Add(Make(2, "beta", 5, "2020-01-01T23:59:59Z"));
        catalog.Add(Make(3, "gamma", 9, "2020-01-02T00:00:00Z"));
        ForgeRepository fork = Make(4, "delta", 7, "2020-02-01T00:00:00Z");
        fork.Parent = Parent;
        catalog.Add(fork);
        ForgeRepository hidden = Make(5, "epsilon", 5, "2020-01-01T00:00:00Z");
        hidden.State = RepositoryState.Private;
        catalog.Add(hidden);
        return new RepositorySearch(catalog);
    }

    private static ForgeRepository Make(long id, string name, int stars, string created)
    {
        long seconds = DateTimeOffset.Parse(created, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        return new() { Id = id, Owner = new ForgeOwner(1, "own"), Name = name, Stars = stars, CreatedAt = seconds, PushedAt = seconds, UpdatedAt = seconds };
    }
}
