namespace DataForge.Crawler.GitHub.Limits;

/// <summary>
/// Lets requests go when the server will take them: as soon as the limits allow, never sooner. Safe from several threads.
/// </summary>
/// <param name="users">The users' budgets.</param>
/// <param name="time">The clock.</param>
/// <param name="tell">Told in words when nothing can be sent for more than a minute; null for nobody.</param>
internal sealed class RequestLimiter(IReadOnlyList<UserBudget> users, TimeProvider time, Action<string>? tell = null)
{
    private static readonly TimeSpan Worthy = TimeSpan.FromSeconds(70);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(7);
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private DateTimeOffset _toldUntil;

    /// <summary>Waits until a request may be sent, by the user who has most left.</summary>
    /// <param name="resource">What it is charged to; null for one that costs no primary budget.</param>
    /// <param name="token">The token it has to carry; null for any.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<Permit> AcquireAsync(string? resource, GitHubToken? token, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Task changed;
            TimeSpan? wait;
            lock (_lock)
            {
                DateTimeOffset now = time.GetUtcNow();
                (UserBudget? user, DateTimeOffset? earliest) = Choose(resource, token, now);
                if (user is not null)
                {
                    PrimaryBudget.Charge? charge = resource is null ? null : user.Budget(resource).Enter(now);
                    GitHubToken? carried = user.Enter();
                    return new Permit(this, user, token ?? carried, charge);
                }

                wait = earliest - now;
                changed = _changed.Task;
            }

            Tell(wait);
            await WaitAsync(changed, wait, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A token of each user, null for the anonymous one.</summary>
    public IEnumerable<GitHubToken?> Tokens => users.Select(user => user.Token);

    /// <summary>Takes in what a user has left, as <c>GET /rate_limit</c> tells it.</summary>
    public void Begin(GitHubToken? token, RateLimitOverview overview)
    {
        lock (_lock)
        {
            UserBudget user = users.First(user => token is null || user.Owns(token));
            foreach (string resource in (string[])[GitHubClient.CoreResource, GitHubClient.SearchResource])
            {
                if (overview.Resources.TryGetValue(resource, out RateLimit? left) && RateLimitHeaders.Of(left) is { } told)
                {
                    user.Budget(resource).Begin(told, time.GetUtcNow());
                }
            }
        }
    }

    private (UserBudget? User, DateTimeOffset? Earliest) Choose(string? resource, GitHubToken? token, DateTimeOffset now)
    {
        UserBudget? best = null;
        DateTimeOffset? earliest = null;
        foreach (UserBudget user in users)
        {
            if ((token is not null && !user.Owns(token)) || user.Earliest(resource, now) is not { } at)
            {
                continue;
            }

            if (at > now)
            {
                earliest = earliest is { } other && other < at ? other : at;
            }
            else if (best is null || (resource is not null && user.Budget(resource).Remaining > best.Budget(resource).Remaining))
            {
                best = user;
            }
        }

        return (best, earliest);
    }

    // A minute is how often a search's budget ends; more than that would look like a standstill.
    private void Tell(TimeSpan? wait)
    {
        if (tell is null || wait is not { } delay || delay <= Worthy)
        {
            return;
        }

        lock (_lock)
        {
            DateTimeOffset until = time.GetUtcNow() + delay;
            if (until - _toldUntil <= Worthy)
            {
                return;
            }

            _toldUntil = until;
        }

        tell(FormattableString.Invariant($"the limit of requests is reached; going on in {Math.Ceiling(delay.TotalMinutes)} min, as the server asks"));
    }

    private async Task WaitAsync(Task changed, TimeSpan? wait, CancellationToken cancellation)
    {
        if (wait is not { } delay)
        {
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task timer = Task.Delay(delay < LongestTimer ? delay : LongestTimer, time, stop.Token);
        await Task.WhenAny(changed, timer).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    private void Leave(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Leave to send one request; ended by exactly one of its methods.</summary>
    internal sealed class Permit(RequestLimiter limiter, UserBudget user, GitHubToken? token, PrimaryBudget.Charge? charge)
    {
        /// <summary>The token the request carries; null for an anonymous one.</summary>
        public GitHubToken? Token => token;

        /// <summary>It was not sent.</summary>
        public void Cancel() => limiter.Leave(() =>
        {
            charge?.Budget.Cancel(charge.Value);
            user.Leave(limiter.Now, wasSent: false);
        });

        /// <summary>It was sent, and no answer came.</summary>
        public void Fail() => limiter.Leave(() =>
        {
            charge?.Budget.Leave(charge.Value, null, isFree: false, isGood: false);
            user.Leave(limiter.Now, wasSent: true);
        });

        /// <summary>An answer came.</summary>
        /// <param name="told">What it said of the budget.</param>
        /// <param name="isFree">Whether it was a 304.</param>
        /// <param name="isGood">Whether it was an ordinary answer, neither a refusal nor a server's fault.</param>
        /// <param name="isRefusal">Whether a limit was passed.</param>
        /// <param name="retryAfter">How long it asks to wait.</param>
        public void Answer(RateLimitHeaders? told, bool isFree, bool isGood, bool isRefusal, TimeSpan? retryAfter) => limiter.Leave(() =>
        {
            DateTimeOffset now = limiter.Now;
            if (charge is { } request)
            {
                request.Budget.Leave(request, told, isFree && user.IsKnown, isGood);
            }

            user.Leave(now, wasSent: true);
            if (isRefusal)
            {
                // A budget that took the answer in waits by itself; other requests of the user need not.
                bool isHeld = charge is not null && !(charge.Value.Budget.Earliest(now) <= now);
                user.Refuse(now, retryAfter, told, isHeld);
            }
            else if (isGood)
            {
                user.Accept();
            }
        });
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
