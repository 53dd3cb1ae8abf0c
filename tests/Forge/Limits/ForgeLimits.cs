namespace DataForge.Forge.Limits;

/// <summary>Whether a request is admitted.</summary>
public enum Admission
{
    /// <summary>It is.</summary>
    Passed,

    /// <summary>The user's window is used up.</summary>
    Primary,

    /// <summary>Too many requests in flight, or too many points in a minute.</summary>
    Secondary,
}

/// <summary>A user's budget of one resource, as the headers state it.</summary>
/// <param name="Limit">Requests per window.</param>
/// <param name="Used">Requests used in this window.</param>
/// <param name="Reset">When the window ends, in seconds since 1970.</param>
public readonly record struct Budget(int Limit, int Used, long Reset)
{
    /// <summary>Requests that remain.</summary>
    public int Remaining => Math.Max(0, Limit - Used);
}

/// <summary>
/// GitHub's primary and secondary limits. A primary window is fixed: it begins, on a whole second, with the first request after the last
/// one ended. The points of a minute are counted over any 60 seconds, the strictest reading of the documentation. Thread-safe.
/// </summary>
public sealed class ForgeLimits(LimitSizes sizes, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string User, string Resource), Window> _windows = [];
    private readonly Dictionary<string, Load> _loads = [];

    /// <summary>The sizes in force; a test may change them between requests.</summary>
    public LimitSizes Sizes { get; set; } = sizes;

    /// <summary>Admits and charges a request, or refuses it. An admitted one must end with <see cref="Leave"/>.</summary>
    /// <param name="user">The user's login; empty for no token.</param>
    /// <param name="resource"><c>core</c>, <c>search</c>, or null for a request without a primary limit.</param>
    public Admission Enter(string user, string? resource)
    {
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (resource is not null && Current(user, resource, now) is { } window && window.Used >= Size(user, resource))
            {
                return Admission.Primary;
            }

            Load load = LoadOf(user);
            while (load.Points.TryPeek(out DateTimeOffset first) && now - first >= TimeSpan.FromMinutes(1))
            {
                load.Points.Dequeue();
            }

            if (load.InFlight >= Sizes.Concurrent || load.Points.Count >= Sizes.PointsPerMinute)
            {
                return Admission.Secondary;
            }

            load.InFlight++;
            load.MaxInFlight = Math.Max(load.MaxInFlight, load.InFlight);
            load.Points.Enqueue(now);
            if (resource is not null)
            {
                if (!_windows.TryGetValue((user, resource), out Window? known) || known.End <= now)
                {
                    long start = now.ToUnixTimeSeconds();
                    var began = DateTimeOffset.FromUnixTimeSeconds(start);
                    _windows[(user, resource)] = known = new Window { End = began + Length(resource) };
                }

                known.Used++;
            }

            return Admission.Passed;
        }
    }

    /// <summary>Ends an admitted request.</summary>
    public void Leave(string user)
    {
        lock (_lock)
        {
            LoadOf(user).InFlight--;
        }
    }

    /// <summary>Returns the charge of a request answered with 304.</summary>
    public void Refund(string user, string resource)
    {
        lock (_lock)
        {
            if (Current(user, resource, clock.GetUtcNow()) is { Used: > 0 } window)
            {
                window.Used--;
            }
        }
    }

    /// <summary>A user's present budget.</summary>
    public Budget Budget(string user, string resource)
    {
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            Window? window = Current(user, resource, now);
            DateTimeOffset end = window?.End ?? now + Length(resource);
            return new(Size(user, resource), window?.Used ?? 0, end.ToUnixTimeSeconds());
        }
    }

    /// <summary>The most requests that a user had in flight at a time.</summary>
    public int MaxInFlight(string user)
    {
        lock (_lock)
        {
            return LoadOf(user).MaxInFlight;
        }
    }

    private Window? Current(string user, string resource, DateTimeOffset now) =>
        _windows.TryGetValue((user, resource), out Window? window) && window.End > now ? window : null;

    private int Size(string user, string resource) => (user.Length == 0, resource) switch
    {
        (true, "search") => Sizes.AnonymousSearch,
        (true, _) => Sizes.AnonymousCore,
        (false, "search") => Sizes.Search,
        (false, _) => Sizes.Core,
    };

    private TimeSpan Length(string resource) => resource == "search" ? Sizes.SearchWindow : Sizes.CoreWindow;

    private Load LoadOf(string user)
    {
        if (!_loads.TryGetValue(user, out Load? load))
        {
            _loads[user] = load = new Load();
        }

        return load;
    }

    private sealed class Window
    {
        public required DateTimeOffset End { get; init; }

        public int Used { get; set; }
    }

    private sealed class Load
    {
        public Queue<DateTimeOffset> Points { get; } = [];

        public int InFlight { get; set; }

        public int MaxInFlight { get; set; }
    }
}
