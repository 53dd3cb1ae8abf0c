namespace DataForge.Crawler.GitHub.Limits;

/// <summary>
/// What one user may do: the primary budgets, and the secondary limits that no header tells. GitHub counts by user, whatever tokens the
/// requests carry. Not safe from several threads.
/// </summary>
internal sealed class UserBudget(IReadOnlyList<GitHubToken> tokens, int maxConcurrency, int pointsPerMinute)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestBlock = TimeSpan.FromHours(1);

    // A request counts in the server's minute from some time between its sending and its answer on: here it counts in every minute that
    // it could count in there.
    private readonly Queue<DateTimeOffset> _ended = [];
    private readonly Dictionary<string, PrimaryBudget> _budgets = [];
    private DateTimeOffset _blockedUntil;
    private DateTimeOffset _lastStrike;
    private int _strikes;
    private int _inFlight;
    private int _turn;

    /// <summary>Counts the requests of budgets that this one takes the place of: the server counts them on.</summary>
    public void TakeOver(IEnumerable<UserBudget> others)
    {
        foreach (DateTimeOffset ended in others.SelectMany(other => other._ended).Order())
        {
            _ended.Enqueue(ended);
        }
    }

    /// <summary>Whether requests carry a token.</summary>
    public bool IsKnown => tokens.Count > 0;

    /// <summary>One of the user's tokens; null for an anonymous user.</summary>
    public GitHubToken? Token => tokens.Count > 0 ? tokens[0] : null;

    /// <summary>Whether this user's requests carry one of these tokens.</summary>
    public bool Owns(GitHubToken token) => tokens.Any(token.IsSame);

    /// <summary>The budget of a resource.</summary>
    public PrimaryBudget Budget(string resource)
    {
        if (!_budgets.TryGetValue(resource, out PrimaryBudget? budget))
        {
            _budgets[resource] = budget = new PrimaryBudget();
        }

        return budget;
    }

    /// <summary>When a request may be sent: now, later, or null: when an answer has come.</summary>
    /// <param name="resource">What it is charged to; null for one that costs no primary budget.</param>
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

    /// <summary>Counts a request that is about to be sent; its token, or null for an anonymous one.</summary>
    public GitHubToken? Enter()
    {
        _inFlight++;
        return tokens.Count > 0 ? tokens[_turn++ % tokens.Count] : null;
    }

    /// <summary>Ends a request.</summary>
    public void Leave(DateTimeOffset now, bool wasSent)
    {
        _inFlight--;
        if (wasSent)
        {
            _ended.Enqueue(now);
        }
    }

    /// <summary>
    /// Takes a refusal (403 or 429) in: nothing is sent for as long as the answer asks; where it does not say, until the window ends
    /// if that is used up, and otherwise for a minute, doubled each time.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="retryAfter">How long the answer asks to wait; null where it does not.</param>
    /// <param name="told">What it said of the budget.</param>
    /// <param name="isHeld">Whether that budget waits already.</param>
    public void Refuse(DateTimeOffset now, TimeSpan? retryAfter, RateLimitHeaders? told, bool isHeld)
    {
        if (retryAfter is { } wait)
        {
            _blockedUntil = Later(_blockedUntil, now + wait);
        }
        else if (told is { Remaining: 0 } budget && budget.Reset > now && budget.IsCredible(now))
        {
            _blockedUntil = isHeld ? _blockedUntil : Later(_blockedUntil, budget.Reset + TimeSpan.FromSeconds(1));
        }
        else
        {
            // Refusals of requests that were under way together are one.
            if (now >= _blockedUntil)
            {
                _strikes = now - _lastStrike > LongestBlock + LongestBlock ? 0 : _strikes;
                _blockedUntil = now + TimeSpan.FromTicks(Math.Min(LongestBlock.Ticks, Minute.Ticks << Math.Min(_strikes++, 10)));
                _lastStrike = now;
            }
        }
    }

    /// <summary>Takes an ordinary answer in: the next refusal is the first again.</summary>
    public void Accept() => _strikes = 0;

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}
