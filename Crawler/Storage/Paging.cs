namespace DataForge.Crawler.Storage;

/// <summary>Reading long tables page by page.</summary>
internal static class Paging
{
    /// <summary>
    /// Rows of a long result that are read at a time: some hundred KB in memory. Between pages the connection is free for other operations.
    /// </summary>
    public const int Rows = 1000;

    /// <summary>All rows of a query, read as the caller asks for them.</summary>
    /// <param name="readPage">Reads the page after a row; null stands for the first page.</param>
    public static IEnumerable<T> ReadAll<T>(Func<T?, List<T>> readPage)
        where T : class
    {
        for (T? last = null; ;)
        {
            List<T> page = readPage(last);
            foreach (T row in page)
            {
                yield return row;
            }

            if (page.Count < Rows)
            {
                yield break;
            }

            last = page[^1];
        }
    }
}
