namespace DataForge.Crawler.GitHub.Limits;

/// <summary>
/// One user's budget of one resource: a copy of the server's count that is never ahead of it, so that no request is sent that would be
/// refused. What is left is only known from an answer; until there is one, and after each window's end, a single request goes ahead to
/// learn it. That serves fixed windows and sliding ones alike, and other programs that spend the same budget. Not safe from several threads.
/// </summary>
internal sealed class PrimaryBudget
{
    /// <summary>The reset is told in whole seconds, which may be rounded down.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    private long _remaining;
    private DateTimeOffset _reset;
    private TimeSpan _lag;
    private bool _known;
    private bool _unlimited;
    private bool _asking;
    private int _inFlight;
    private long _sent;

    /// <summary>Requests that may be sent now.</summary>
    public long Remaining => _unlimited ? long.MaxValue : _remaining;

    /// <summary>Takes in what the server says is left, before the first request.</summary>
    public void Begin(RateLimitHeaders told, DateTimeOffset now)
    {
        if (told.IsCredible(now))
        {
            (_known, _reset, _remaining) = (true, told.Reset, told.Remaining);
        }
    }

    /// <summary>When a request may be sent: now, later, or null: when an answer has come.</summary>
    public DateTimeOffset? Earliest(DateTimeOffset now)
    {
        if (_unlimited)
        {
            return now;
        }

        if (_known && now >= End)
        {
            _known = false;
        }

        if (!_known)
        {
            return _asking ? null : now;
        }

        return _remaining > 0 ? now : End;
    }

    /// <summary>Charges a request that is about to be sent, when <see cref="Earliest"/> said now.</summary>
    public Charge Enter(DateTimeOffset now)
    {
        bool asks = !_known && !_unlimited;
        _asking |= asks;
        _remaining = _known ? _remaining - 1 : 0;
        return new Charge(this, now, asks, Number: ++_sent, IsFirst: _inFlight++ == 0);
    }

    /// <summary>Ends a request that was never sent.</summary>
    public void Cancel(Charge charge)
    {
        _asking &= !charge.Asks;
        _inFlight--;
        _remaining += _known && !charge.Asks ? 1 : 0;
    }

    /// <summary>Ends a request: nothing is known of it but what the headers say.</summary>
    /// <param name="charge">Its charge.</param>
    /// <param name="told">The headers; null where the answer had none, or none came.</param>
    /// <param name="isFree">Whether it was an answer that costs nothing (304 to a known user).</param>
    /// <param name="isGood">Whether it was an ordinary answer; one without headers comes from a server without limits.</param>
    public void Leave(Charge charge, RateLimitHeaders? told, bool isFree, bool isGood)
    {
        _asking &= !charge.Asks;
        _inFlight--;
        if (told is { } budget && budget.IsCredible(charge.SentAt))
        {
            _unlimited = false;
            Learn(charge, budget, isFree);
        }
        else if (told is null && isGood && !_known)
        {
            _unlimited = true;
        }
    }

    private void Learn(Charge charge, RateLimitHeaders told, bool isFree)
    {
        // No other was under way at any time between its sending and its answer: the answer is exact.
        bool isAlone = charge.IsFirst && charge.Number == _sent;
        if (!_known || told.Reset > _reset)
        {
            if (!_known && !charge.Asks && told.Reset <= _reset)
            {
                return; // A late answer, of a window that is over.
            }

            if (told.Reset + _lag + Rounding <= charge.SentAt)
            {
                // The server still counts in a window that is over by this clock, which is therefore ahead by that much at least.
                _lag = charge.SentAt - told.Reset;
            }

            // Requests still under way may or may not have been counted: only in a window where they are few is that worth a thought.
            (_known, _reset, _remaining) = (true, told.Reset, Math.Max(0, told.Remaining - _inFlight));
        }
        else if (told.Reset == _reset)
        {
            _remaining += isFree && !charge.Asks ? 1 : 0;
            if (isAlone)
            {
                _remaining = told.Remaining;
            }
            else if (told.Remaining < _remaining)
            {
                // Someone else spends it too. What of ours is under way may not be counted yet.
                _remaining = Math.Max(0, told.Remaining - _inFlight);
            }
        }
    }

    private DateTimeOffset End => _reset + _lag + Rounding;

    /// <summary>A request under way.</summary>
    /// <param name="Budget">Where it is charged.</param>
    /// <param name="SentAt">When.</param>
    /// <param name="Asks">Whether it went ahead to learn what is left.</param>
    /// <param name="Number">How many were sent up to it.</param>
    /// <param name="IsFirst">Whether no other was under way when it was sent.</param>
    public readonly record struct Charge(PrimaryBudget Budget, DateTimeOffset SentAt, bool Asks, long Number, bool IsFirst);
}
