namespace DataForge.Forge;

/// <summary>One request to the forge, answered or not.</summary>
/// <param name="At">When it arrived, by the forge's clock.</param>
/// <param name="User">The user's login; empty without a token.</param>
/// <param name="Method">GET or POST.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Resource"><c>core</c>, <c>search</c>, <c>git</c>, <c>codeload</c>, or <c>free</c> for a request without a primary
/// limit.</param>
/// <param name="Status">The status sent; 0 where none was.</param>
/// <param name="Fault">The planted fault it met, or null.</param>
/// <param name="IsCharged">Whether it used primary quota.</param>
/// <param name="Bytes">Bytes of the body sent.</param>
public sealed record RequestRecord(
    DateTimeOffset At, string User, string Method, string Target, string Resource, int Status, string? Fault, bool IsCharged, long Bytes);

/// <summary>All requests, in the order in which they ended. Thread-safe.</summary>
public sealed class RequestLog
{
    private readonly Lock _lock = new();
    private readonly List<RequestRecord> _records = [];

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<RequestRecord> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>Requests answered with 403 or 429 that no test planted: the client exceeded a limit.</summary>
    public IReadOnlyList<RequestRecord> Refused => [.. All.Where(record => record.Status is 403 or 429 && record.Fault is null)];

    /// <summary>
    /// The share of a user's budget that was used while there was work: the time from the first request to the last is divided into
    /// windows, of which those that were over before the last request count. 1 where all requests fit into one window.
    /// </summary>
    public double UsedShare(string user, string resource, int limit, TimeSpan window)
    {
        RequestRecord[] charged =
            [.. All.Where(record => record.User == user && record.Resource == resource && record.IsCharged).OrderBy(record => record.At)];
        if (charged.Length == 0)
        {
            return 1;
        }

        DateTimeOffset start = charged[0].At;
        long windows = (charged[^1].At - start).Ticks / window.Ticks;
        if (windows == 0)
        {
            return 1;
        }

        DateTimeOffset end = start + (window * windows);
        return charged.Count(record => record.At < end) / ((double)limit * windows);
    }

    /// <summary>Deletes all entries.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _records.Clear();
        }
    }

    internal void Add(RequestRecord record)
    {
        lock (_lock)
        {
            _records.Add(record);
        }
    }
}
