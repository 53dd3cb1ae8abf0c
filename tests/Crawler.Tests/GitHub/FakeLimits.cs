using System.Text.Json.Nodes;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>How a server counts a primary window.</summary>
internal enum WindowKind
{
    /// <summary>From the first request of a window on.</summary>
    Fixed,

    /// <summary>Any stretch of time of the window's length; the reset is when the oldest request falls out.</summary>
    Sliding,
}

/// <summary>A server's limits, counted by themselves: what passes them is refused and remembered.</summary>
internal sealed class FakeLimits(TimeProvider time)
{
    private readonly Dictionary<(string User, string Resource), List<DateTimeOffset>> _used = [];
    private readonly Dictionary<(string User, string Resource), DateTimeOffset> _ends = [];
    private readonly Dictionary<string, List<DateTimeOffset>> _points = [];

    public WindowKind Kind { get; set; }

    public int Search { get; set; } = 30;

    public int Core { get; set; } = 5000;

    public int PointsPerMinute { get; set; } = 900;

    public int Refusals { get; private set; }

    /// <summary>When each search was let pass.</summary>
    public List<DateTimeOffset> Searches { get; } = [];

    public int CoreRequests { get; private set; }

    /// <summary>Counts a request; false where it is refused. The headers are the answer's.</summary>
    public bool Enter(string user, string resource, Dictionary<string, string> headers)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<DateTimeOffset> points = Of(_points, user);
        points.RemoveAll(point => now - point >= TimeSpan.FromMinutes(1));
        if (points.Count >= PointsPerMinute)
        {
            Refusals++;
            headers["retry-after"] = "60";
            return false;
        }

        points.Add(now);
        List<DateTimeOffset> used = Clean(user, resource, now);
        bool passes = used.Count < Size(resource);
        if (passes)
        {
            if (used.Count == 0 && Kind == WindowKind.Fixed)
            {
                _ends[(user, resource)] = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()) + Length(resource);
            }

            used.Add(now);
            if (resource == "search")
            {
                Searches.Add(now);
            }
            else
            {
                CoreRequests++;
            }
        }
        else
        {
            Refusals++;
        }

        Tell(user, resource, headers);
        return passes;
    }

    /// <summary>Takes the charge of a 304 back.</summary>
    public void Refund(string user, string resource, Dictionary<string, string> headers)
    {
        List<DateTimeOffset> used = Of(_used, (user, resource));
        used.RemoveAt(used.Count - 1);
        if (resource == "core")
        {
            CoreRequests--;
        }

        Tell(user, resource, headers);
    }

    /// <summary>Spends a part of a budget, as another program of the same user would.</summary>
    public void Spend(string user, string resource, int requests)
    {
        for (int i = 0; i < requests; i++)
        {
            Enter(user, resource, []);
        }

        if (resource == "search")
        {
            Searches.Clear();
        }
    }

    /// <summary>What a user has left.</summary>
    public string Overview(string user)
    {
        var resources = new JsonObject();
        foreach (string resource in (string[])["core", "search"])
        {
            Dictionary<string, string> headers = [];
            Clean(user, resource, time.GetUtcNow());
            Tell(user, resource, headers);
            resources[resource] = new JsonObject(headers.Where(pair => pair.Key != "x-ratelimit-resource")
                .Select(pair => KeyValuePair.Create(pair.Key["x-ratelimit-".Length..], (JsonNode?)long.Parse(pair.Value))));
        }

        return new JsonObject { ["resources"] = resources }.ToJsonString();
    }

    private void Tell(string user, string resource, Dictionary<string, string> headers)
    {
        List<DateTimeOffset> used = Of(_used, (user, resource));
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset reset = Kind == WindowKind.Fixed
            ? used.Count > 0 ? _ends[(user, resource)] : now + Length(resource)
            : (used.Count > 0 ? used[0] : now) + Length(resource);
        headers["x-ratelimit-limit"] = $"{Size(resource)}";
        headers["x-ratelimit-remaining"] = $"{Math.Max(0, Size(resource) - used.Count)}";
        headers["x-ratelimit-used"] = $"{used.Count}";
        headers["x-ratelimit-reset"] = $"{reset.ToUnixTimeSeconds()}";
        headers["x-ratelimit-resource"] = resource;
    }

    private List<DateTimeOffset> Clean(string user, string resource, DateTimeOffset now)
    {
        List<DateTimeOffset> used = Of(_used, (user, resource));
        if (Kind == WindowKind.Sliding)
        {
            used.RemoveAll(request => now - request >= Length(resource));
        }
        else if (_ends.TryGetValue((user, resource), out DateTimeOffset end) && now >= end)
        {
            used.Clear();
        }

        return used;
    }

    private int Size(string resource) => resource == "search" ? Search : Core;

    private static TimeSpan Length(string resource) => resource == "search" ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1);

    private static List<DateTimeOffset> Of<TKey>(Dictionary<TKey, List<DateTimeOffset>> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<DateTimeOffset>? list))
        {
            lists[key] = list = [];
        }

        return list;
    }
}
