using DataForge.Forge.Repositories;

namespace DataForge.Forge.Search;

/// <summary>One page of a search.</summary>
/// <param name="Total">Repositories that match, as the response reports them.</param>
/// <param name="IsIncomplete">Whether the search timed out.</param>
/// <param name="Items">This page.</param>
public sealed record SearchPage(int Total, bool IsIncomplete, IReadOnlyList<ForgeRepository> Items);

/// <summary>The repository search with its known faults, each of which a test can plant.</summary>
public sealed class RepositorySearch(ForgeCatalog catalog)
{
    /// <summary>The most results of a query that can be read.</summary>
    public const int MaxResults = 1000;

    /// <summary>The most results of a page.</summary>
    public const int MaxPageSize = 100;

    private readonly Lock _lock = new();
    private int _incompletes;
    private double _incompleteShare;
    private uint _requests;

    /// <summary>Whether results with equal ranks change places from request to request, so that pages overlap and leave gaps.</summary>
    public bool IsUnstable { get; set; }

    /// <summary>How many responses were incomplete so far.</summary>
    public int IncompleteAnswers { get; private set; }

    /// <summary>
    /// Lets the next searches end early: <c>incomplete_results</c> is true, and that share of the matches is neither counted nor listed.
    /// </summary>
    public void PlantIncomplete(int times, double lostShare = 0.3)
    {
        lock (_lock)
        {
            _incompletes = times;
            _incompleteShare = lostShare;
        }
    }

    /// <summary>Searches.</summary>
    /// <param name="text">The query.</param>
    /// <param name="sort"><c>stars</c>, <c>forks</c>, <c>updated</c>, or null for the best match.</param>
    /// <param name="ascending">Whether least comes first.</param>
    /// <param name="page">1 or more.</param>
    /// <param name="pageSize">1 to <see cref="MaxPageSize"/>.</param>
    /// <exception cref="SearchException">GitHub would refuse it.</exception>
    public SearchPage Find(string? text, string? sort, bool ascending, int page, int pageSize)
    {
        SearchQuery query = SearchQuery.Parse(text);
        if ((long)(page - 1) * pageSize >= MaxResults)
        {
            throw new SearchException("Only the first 1000 search results are available");
        }

        uint request = Interlocked.Increment(ref _requests);
        List<ForgeRepository> found = [.. catalog.All.Where(query.Matches)];
        bool incomplete = TakeIncomplete(found, request);
        uint salt = IsUnstable ? request : 0;
        Func<ForgeRepository, long> rank = sort switch
        {
            "forks" => static repository => repository.Forks,
            "updated" => static repository => repository.UpdatedAt,
            _ => static repository => repository.Stars,
        };
        bool up = ascending && sort is not null;
        IOrderedEnumerable<ForgeRepository> ordered = up ? found.OrderBy(rank) : found.OrderByDescending(rank);
        int skip = (page - 1) * pageSize;
        int take = Math.Min(pageSize, MaxResults - skip);
        return new(found.Count, incomplete, [.. ordered.ThenBy(repository => Tie(repository.Id, salt)).Skip(skip).Take(take)]);
    }

    private bool TakeIncomplete(List<ForgeRepository> found, uint request)
    {
        double share;
        lock (_lock)
        {
            if (_incompletes == 0)
            {
                return false;
            }

            _incompletes--;
            IncompleteAnswers++;
            share = _incompleteShare;
        }

        found.RemoveAll(repository => Tie(repository.Id, request) % 1000 < (ulong)(share * 1000));
        return true;
    }

    // The order of equal ranks: by number or, with a salt, by a hash of number and salt (the mixing steps of SplitMix64).
    private static ulong Tie(long id, uint salt)
    {
        if (salt == 0)
        {
            return (ulong)id;
        }

        ulong mixed = (ulong)id + (salt * 0x9E3779B97F4A7C15UL);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
