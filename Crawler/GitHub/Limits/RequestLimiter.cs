using DataForge.Corpus.Events;

namespace DataForge.Crawler.GitHub.Limits;

/// <summary>
/// Grants permits for requests as soon as the rate limits allow, and never sooner. Thread-safe.
/// </summary>
/// <param name="users">The users' budgets.</param>
/// <param name="time">The clock.</param>
/// <param name="onWaiting">Called with a message when nothing can be sent for more than a minute; may be null.</param>
/// <param name="onBudget">Called now and then with what is left of a limit; may be null.</param>
internal sealed class RequestLimiter(
    IReadOnlyList<UserBudget> users, TimeProvider time, Action<string>? onWaiting = null, Action<ApiBudget>? onBudget = null)
{
    private static readonly TimeSpan BudgetInterval = TimeSpan.FromSeconds(10);

    // Waits up to a minute are ordinary: the search limit is one of a minute. A longer wait would look like a standstill.
    private static readonly TimeSpan ReportedWait = TimeSpan.FromSeconds(70);

    // Task.Delay takes 49 days at most; after a week the loop computes the wait again.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(7);
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private readonly Dictionary<string, DateTimeOffset> _budgetTold = [];
    private DateTimeOffset _reportedUntil;

    /// <summary>Waits for a permit to send one request, from the user with the most requests remaining.</summary>
    /// <param name="resource">The resource that it counts against; null for a request without a primary limit.</param>
    /// <param name="token">The token that it has to carry; null for any.</param>
    /// <param name="cancellation">Stops the wait.</param>
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
                    PrimaryBudget.Charge? charge = resource is null ? null : user.Budget(resource).Acquire(now);
                    GitHubToken? carried = user.Acquire();
                    return new Permit(this, user, token ?? carried, charge, resource);
                }

                wait = earliest - now;
                changed = _changed.Task;
            }

            ReportWait(wait);
            await WaitAsync(changed, wait, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>One token of each user; null for the anonymous user.</summary>
    public IEnumerable<GitHubToken?> Tokens => users.Select(user => user.Token);

    /// <summary>Sets what a user has remaining, as <c>GET /rate_limit</c> reports it.</summary>
    public void SetRemaining(GitHubToken? token, RateLimitOverview overview)
    {
        lock (_lock)
        {
            UserBudget user = users.First(user => token is null || user.Owns(token));
            foreach (string resource in (string[])[GitHubClient.CoreResource, GitHubClient.SearchResource])
            {
                if (overview.Resources.TryGetValue(resource, out RateLimit? limit) && RateLimitHeaders.Of(limit) is { } reported)
                {
                    user.Budget(resource).SetRemaining(reported, time.GetUtcNow());
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

    private void ReportWait(TimeSpan? wait)
    {
        if (onWaiting is null || wait is not { } delay || delay <= ReportedWait)
        {
            return;
        }

        lock (_lock)
        {
            DateTimeOffset until = time.GetUtcNow() + delay;
            if (until - _reportedUntil <= ReportedWait)
            {
                return;
            }

            _reportedUntil = until;
        }

        double minutes = Math.Ceiling(delay.TotalMinutes);
        onWaiting(FormattableString.Invariant($"the limit of requests is reached; going on in {minutes} min, as the server asks"));
    }

    private void TellBudget(string resource)
    {
        ApiBudget told;
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            PrimaryBudget[] known = [.. users.Select(user => user.Budget(resource)).Where(budget => budget.IsLimited)];
            if (known.Length == 0 || (_budgetTold.TryGetValue(resource, out DateTimeOffset last) && now - last < BudgetInterval))
            {
                return;
            }

            _budgetTold[resource] = now;
            told = new ApiBudget(
                resource, known.Sum(budget => budget.Remaining), known.Sum(budget => budget.Limit), known.Min(budget => budget.Reset));
        }

        onBudget?.Invoke(told);
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

    private void Update(Action change)
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

    /// <summary>A permit to send one request. The holder calls exactly one of its methods, once.</summary>
    internal sealed class Permit(
        RequestLimiter limiter, UserBudget user, GitHubToken? token, PrimaryBudget.Charge? charge, string? resource)
    {
        /// <summary>The token that the request carries; null for an anonymous request.</summary>
        public GitHubToken? Token => token;

        /// <summary>Returns the permit: the request was not sent.</summary>
        public void Cancel() => limiter.Update(() =>
        {
            charge?.Budget.Cancel(charge.Value);
            user.Complete(limiter.Now, wasSent: false);
        });

        /// <summary>The request was sent, and there is no response.</summary>
        public void Fail() => limiter.Update(() =>
        {
            charge?.Budget.Complete(charge.Value, null, isFree: false, isGood: false);
            user.Complete(limiter.Now, wasSent: true);
        });

        /// <summary>The request was sent, and there is a response.</summary>
        /// <param name="reported">The state of the rate limit in the response.</param>
        /// <param name="isFree">Whether the response is a 304.</param>
        /// <param name="isGood">Whether it is an ordinary response, neither a refusal nor a server error.</param>
        /// <param name="isRateLimited">Whether the request was refused because a limit was exceeded.</param>
        /// <param name="retryAfter">How long the response asks to wait; null if it does not.</param>
        public void Complete(
            RateLimitHeaders? reported, bool isFree, bool isGood, bool isRateLimited, TimeSpan? retryAfter)
        {
            limiter.Update(() => Learn(reported, isFree, isGood, isRateLimited, retryAfter));
            if (reported is not null && resource is not null)
            {
                limiter.TellBudget(resource);
            }
        }

        private void Learn(RateLimitHeaders? reported, bool isFree, bool isGood, bool isRateLimited, TimeSpan? retryAfter)
        {
            DateTimeOffset now = limiter.Now;
            if (charge is { } request)
            {
                request.Budget.Complete(request, reported, isFree && user.IsKnown, isGood);
            }

            user.Complete(now, wasSent: true);
            if (isRateLimited)
            {
                // A primary limit that has learned from the response waits by itself; requests to other resources need not wait.
                bool isWaiting = charge is not null && !(charge.Value.Budget.Earliest(now) <= now);
                user.Refuse(now, retryAfter, reported, isWaiting);
            }
            else if (isGood)
            {
                user.Accept();
            }
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
