namespace DataForge.Crawler.GitHub.Limits;

/// <summary>
/// The rate limits of one user: the primary limits, and the secondary ones (concurrency, points per minute), which no header reports.
/// GitHub counts per user, whatever tokens the requests carry. Not thread-safe.
/// </summary>
/// <param name="tokens">The user's tokens; none for the anonymous user.</param>
/// <param name="maxConcurrency">Requests in flight at a time.</param>
/// <param name="pointsPerMinute">Requests in any minute.</param>
internal sealed class UserBudget(IReadOnlyList<GitHubToken> tokens, int maxConcurrency, int pointsPerMinute)
{
    // The window of the secondary limit, and the first wait after a refusal that gives no time: "wait for at least one minute", then
    // "an exponentially increasing amount of time"
    // (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // The longest primary window: after an hour any limit has been reset.
    private static readonly TimeSpan LongestBlock = TimeSpan.FromHours(1);

    // The server counts a request at some time between its sending and its response. Here it counts in every minute in which the server
    // may count it: while in flight, and for a minute after its response.
    private readonly Queue<DateTimeOffset> _ended = [];
    private readonly Dictionary<string, PrimaryBudget> _budgets = [];
    private DateTimeOffset _blockedUntil;
    private DateTimeOffset _lastRefusal;
    private int _refusals;
    private int _inFlight;
    private int _next;

    /// <summary>Takes over the recent requests of budgets that this one replaces, as the server still counts them.</summary>
    public void TakeOver(IEnumerable<UserBudget> others)
    {
        foreach (DateTimeOffset ended in others.SelectMany(other => other._ended).Order())
        {
            _ended.Enqueue(ended);
        }
    }

    /// <summary>Whether the user is authenticated, so that a 304 costs nothing.</summary>
    public bool IsKnown => tokens.Count > 0;

    /// <summary>One of the user's tokens; null for an anonymous user.</summary>
    public GitHubToken? Token => tokens.Count > 0 ? tokens[0] : null;

    /// <summary>Whether a token is one of this user's.</summary>
    public bool Owns(GitHubToken token) => tokens.Any(token.IsSame);

    /// <summary>The primary limit of a resource.</summary>
    public PrimaryBudget Budget(string resource)
    {
        if (!_budgets.TryGetValue(resource, out PrimaryBudget? budget))
        {
            _budgets[resource] = budget = new PrimaryBudget();
        }

        return budget;
    }

    /// <summary>When a request may be sent: now or later; null if a response has to be awaited first.</summary>
    /// <param name="resource">The resource that it counts against; null for a request without a primary limit.</param>
    /// <param name="now">The time.</param>
    public DateTimeOffset? Earliest(string? resource, DateTimeOffset now)
    {
        while (_ended.TryPeek(out DateTimeOffset first) && now - first > Minute)
        {
            _ended.Dequeue();
        }

        if (_inFlight >= maxConcurrency)
        {
            return null;
        }

        DateTimeOffset? earliest = resource is null ? now : Budget(resource).Earliest(now);
        if (earliest is not { } time)
        {
            return null;
        }

        time = Later(time, _blockedUntil);
        if (_inFlight + _ended.Count < pointsPerMinute)
        {
            return time;
        }

        return _ended.TryPeek(out DateTimeOffset oldest) ? Later(time, oldest + Minute + TimeSpan.FromMilliseconds(1)) : null;
    }

    /// <summary>Counts a request that is about to be sent.</summary>
    /// <returns>The token that it carries; null for an anonymous one.</returns>
    public GitHubToken? Acquire()
    {
        _inFlight++;
        return tokens.Count > 0 ? tokens[_next++ % tokens.Count] : null;
    }

    /// <summary>Completes a request.</summary>
    public void Complete(DateTimeOffset now, bool wasSent)
    {
        _inFlight--;
        if (wasSent)
        {
            _ended.Enqueue(now);
        }
    }

    /// <summary>
    /// Handles a refusal (403 or 429): nothing is sent for as long as the response asks. Where it does not say, nothing is sent until the
    /// end of the window if that is used up, and otherwise for a minute, doubled each time.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="retryAfter">How long the response asks to wait; null if it does not.</param>
    /// <param name="reported">The state of the primary limit in the response.</param>
    /// <param name="isWaiting">Whether the primary limit makes requests wait already.</param>
    public void Refuse(DateTimeOffset now, TimeSpan? retryAfter, RateLimitHeaders? reported, bool isWaiting)
    {
        if (retryAfter is { } wait)
        {
            _blockedUntil = Later(_blockedUntil, now + wait);
        }
        else if (reported is { Remaining: 0 } budget && budget.Reset > now && budget.IsCredible(now))
        {
            _blockedUntil = isWaiting ? _blockedUntil : Later(_blockedUntil, budget.Reset + TimeSpan.FromSeconds(1));
        }
        else
        {
            // Refusals of requests that were in flight together count once.
            if (now >= _blockedUntil)
            {
                _refusals = now - _lastRefusal > LongestBlock + LongestBlock ? 0 : _refusals;
                _blockedUntil = now + TimeSpan.FromTicks(Math.Min(LongestBlock.Ticks, Minute.Ticks << Math.Min(_refusals++, 10)));
                _lastRefusal = now;
            }
        }
    }

    /// <summary>Handles an ordinary response: the next refusal is the first again.</summary>
    public void Accept() => _refusals = 0;

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}
