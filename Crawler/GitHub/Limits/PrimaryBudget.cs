namespace DataForge.Crawler.GitHub.Limits;

/// <summary>
/// One user's primary rate limit of one resource: a copy of the server's count that never allows more than the server, so that no request
/// is refused. What remains is known only from a response: until there is one, and after the end of each window, a single probe is sent to
/// learn it. This works for fixed and sliding windows, and where other programs use the same limit. Not thread-safe.
/// </summary>
internal sealed class PrimaryBudget
{
    /// <summary>The server gives the reset in whole seconds, which may be rounded down.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    private long _remaining;
    private DateTimeOffset _reset;
    private TimeSpan _clockLead;
    private bool _isKnown;
    private bool _isUnlimited;
    private bool _isProbing;
    private int _inFlight;
    private long _sent;

    /// <summary>Requests that may be sent now.</summary>
    public long Remaining => _isUnlimited ? long.MaxValue : _remaining;

    /// <summary>Requests of a whole window, as the server last said; 0 where it has not.</summary>
    public long Limit { get; private set; }

    /// <summary>Whether the server has told a limit.</summary>
    public bool IsLimited => Limit > 0 && !_isUnlimited;

    /// <summary>When the present window ends, as the server last said.</summary>
    public DateTimeOffset Reset => _reset;

    /// <summary>Sets what remains, as the server reports it before the first request.</summary>
    public void SetRemaining(RateLimitHeaders reported, DateTimeOffset now)
    {
        if (reported.IsCredible(now))
        {
            (_isKnown, _reset, _remaining, Limit) = (true, reported.Reset, reported.Remaining, reported.Limit);
        }
    }

    /// <summary>When a request may be sent: now or later; null if a response has to be awaited first.</summary>
    public DateTimeOffset? Earliest(DateTimeOffset now)
    {
        if (_isUnlimited)
        {
            return now;
        }

        if (_isKnown && now >= End)
        {
            _isKnown = false;
        }

        if (!_isKnown)
        {
            return _isProbing ? null : now;
        }

        return _remaining > 0 ? now : End;
    }

    /// <summary>Charges a request that is about to be sent; <see cref="Earliest"/> has said now.</summary>
    public Charge Acquire(DateTimeOffset now)
    {
        bool isProbe = !_isKnown && !_isUnlimited;
        _isProbing |= isProbe;
        _remaining = _isKnown ? _remaining - 1 : 0;
        return new Charge(this, now, isProbe, Number: ++_sent, IsFirst: _inFlight++ == 0);
    }

    /// <summary>Returns the charge of a request that was not sent.</summary>
    public void Cancel(Charge charge)
    {
        _isProbing &= !charge.IsProbe;
        _inFlight--;
        _remaining += _isKnown && !charge.IsProbe ? 1 : 0;
    }

    /// <summary>Completes a request.</summary>
    /// <param name="charge">Its charge.</param>
    /// <param name="reported">The headers; null if the response has none, or where there is no response.</param>
    /// <param name="isFree">Whether the response costs nothing (304 to an authenticated user).</param>
    /// <param name="isGood">Whether the response is an ordinary one; without headers it comes from a server without limits.</param>
    public void Complete(Charge charge, RateLimitHeaders? reported, bool isFree, bool isGood)
    {
        _isProbing &= !charge.IsProbe;
        _inFlight--;
        if (reported is { } budget && budget.IsCredible(charge.SentAt))
        {
            (_isUnlimited, Limit) = (false, budget.Limit);
            Learn(charge, budget, isFree);
        }
        else if (reported is null && isGood && !_isKnown)
        {
            _isUnlimited = true;
        }
    }

    private void Learn(Charge charge, RateLimitHeaders reported, bool isFree)
    {
        // No other request was in flight at any time between this one and its response, so the response is exact.
        bool isAlone = charge.IsFirst && charge.Number == _sent;
        if (!_isKnown || reported.Reset > _reset)
        {
            if (!_isKnown && !charge.IsProbe && reported.Reset <= _reset)
            {
                return; // A late response, from a window that is over.
            }

            if (reported.Reset + _clockLead + Rounding <= charge.SentAt)
            {
                // The server still counts in a window that is over by this clock: this clock leads by at least that much.
                _clockLead = charge.SentAt - reported.Reset;
            }

            // Requests in flight may or may not be counted yet. All are subtracted: that costs little, as there are few of them.
            (_isKnown, _reset, _remaining) = (true, reported.Reset, Math.Max(0, reported.Remaining - _inFlight));
        }
        else if (reported.Reset == _reset)
        {
            _remaining += isFree && !charge.IsProbe ? 1 : 0;
            if (isAlone)
            {
                _remaining = reported.Remaining;
            }
            else if (reported.Remaining < _remaining)
            {
                // Another program uses the limit too. Our requests in flight may not be counted yet.
                _remaining = Math.Max(0, reported.Remaining - _inFlight);
            }
        }
    }

    private DateTimeOffset End => _reset + _clockLead + Rounding;

    /// <summary>The charge of a request in flight.</summary>
    /// <param name="Budget">The budget that it is charged to.</param>
    /// <param name="SentAt">When it was sent.</param>
    /// <param name="IsProbe">Whether it was sent to learn what remains.</param>
    /// <param name="Number">How many requests were sent so far, this one included.</param>
    /// <param name="IsFirst">Whether no other request was in flight when it was sent.</param>
    public readonly record struct Charge(PrimaryBudget Budget, DateTimeOffset SentAt, bool IsProbe, long Number, bool IsFirst);
}
