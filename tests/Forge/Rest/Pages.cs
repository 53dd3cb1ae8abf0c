using System.Globalization;
using DataForge.Forge.Search;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge.Rest;

/// <summary>Pages, and the <c>Link</c> header with the addresses of the others (RFC 8288).</summary>
internal static class Pages
{
    private const int DefaultSize = 30;

    /// <summary>The requested page, from 1, and its size; a value that is not a number counts as not given.</summary>
    public static (int Page, int Size) Of(IQueryCollection query)
    {
        int page = Number(query, "page", 1);
        int size = Number(query, "per_page", DefaultSize);
        return (Math.Max(1, page), Math.Clamp(size, 1, RepositorySearch.MaxPageSize));
    }

    /// <summary>Adds a page's links.</summary>
    /// <param name="answer">The page.</param>
    /// <param name="address">The address without its query.</param>
    /// <param name="query">The query of this page.</param>
    /// <param name="page">This page.</param>
    /// <param name="last">The last page; 0 where it is unknown; then there is a next page.</param>
    public static void Link(Answer answer, string address, IQueryCollection query, int page, int last)
    {
        List<string> links = [];
        if (page > 1)
        {
            links.Add(One("prev", page - 1));
        }

        if (last == 0 || page < last)
        {
            links.Add(One("next", page + 1));
        }

        if (last > 0 && page < last)
        {
            links.Add(One("last", last));
        }

        if (page > 1)
        {
            links.Add(One("first", 1));
        }

        if (links.Count > 0)
        {
            answer.Headers["Link"] = string.Join(", ", links);
        }

        string One(string relation, int number)
        {
            IEnumerable<string> others = query.Where(pair => pair.Key != "page")
                .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value.ToString())}");
            string text = string.Join('&', others.Append(string.Create(CultureInfo.InvariantCulture, $"page={number}")));
            return $"<{address}?{text}>; rel=\"{relation}\"";
        }
    }

    private static int Number(IQueryCollection query, string name, int other) =>
        int.TryParse(query[name], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : other;
}
