using DataForge.Corpus;
using NCrontab;

namespace DataForge.Service.Scheduling;

/// <summary>
/// Times in the notation of crontab(5): minute, hour, day of month, month, day of week, and before them a second where there are six fields
/// (https://man7.org/linux/man-pages/man5/crontab.5.html).
/// </summary>
internal sealed class CronSchedule
{
    private readonly CrontabSchedule _times;
    private readonly TimeZoneInfo _zone;

    // Whether every hour is meant, so that the times follow real time when clocks change.
    private readonly bool _isEveryHour;

    private CronSchedule(CrontabSchedule times, TimeZoneInfo zone, bool isEveryHour) =>
        (_times, _zone, _isEveryHour) = (times, zone, isEveryHour);

    /// <summary>Parses five or six fields; the times are local to the zone.</summary>
    /// <param name="text">The fields.</param>
    /// <param name="zone">The time zone.</param>
    /// <param name="option">What the text was given for, as the message names it.</param>
    /// <exception cref="DataForgeException">The text is not a schedule. Exit code 2.</exception>
    public static CronSchedule Parse(string text, TimeZoneInfo zone, string option = "--schedule")
    {
        string[] fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw Wrong($"it has {fields.Length} {(fields.Length == 1 ? "field" : "fields")}, not five or six");
        }

        // Where both days are given, cron runs on either of them and the library on days that match both: the user must choose.
        if (fields[^3] != "*" && fields[^1] != "*")
        {
            throw Wrong("it names days of the month and days of the week; give one of them as *");
        }

        if (CronFields.Fault(fields) is { } fault)
        {
            throw Wrong(fault);
        }

        bool isEveryHour = fields[^4] == "*";
        fields[^1] = CronFields.WithSundayAsZero(fields[^1]);
        return CronFields.Parse(fields) is { } times ? new CronSchedule(times, zone, isEveryHour) : throw Wrong("it cannot be parsed");

        DataForgeException Wrong(string why) => DataForgeException.Usage(
            $"{option} '{text}': {why}. Give minute, hour, day of month, month and day of week, as in '30 3 * * *' or '0 */6 * * 1-5'.");
    }

    /// <summary>The first time after <paramref name="after"/>; null where there is none within fifty years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _isEveryHour ? NextInRealTime(after) : NextOnTheClock(after);

    // Each time of the clock once a day: one in the hour that daylight saving skips moves to the next hour, and one in the repeated hour
    // comes in the second of the two.
    private DateTimeOffset? NextOnTheClock(DateTimeOffset after)
    {
        DateTime at = TimeZoneInfo.ConvertTime(after, _zone).DateTime;
        DateTime end = at.AddYears(50);
        while (true)
        {
            at = _times.GetNextOccurrence(at, end);
            if (at >= end)
            {
                return null;
            }

            DateTime real = _zone.IsInvalidTime(at) ? at.AddHours(1) : at;
            var next = new DateTimeOffset(real, _zone.GetUtcOffset(real));
            if (next > after)
            {
                return next;
            }
        }
    }

    // "Every ten minutes" goes on through the repeated hour, and the skipped hour has no times.
    private DateTimeOffset? NextInRealTime(DateTimeOffset after)
    {
        DateTimeOffset end = after.AddYears(50);
        TimeSpan offset = _zone.GetUtcOffset(after);
        while (true)
        {
            DateTime wall = after.ToOffset(offset).DateTime;
            DateTime at = _times.GetNextOccurrence(wall, wall.AddYears(51));
            var next = new DateTimeOffset(at, offset);
            if (next >= end)
            {
                return null;
            }

            if (_zone.GetUtcOffset(next) == offset)
            {
                return next;
            }

            // The clock changes before that time: look again from the change on, which may itself be a time.
            DateTimeOffset change = Change(after.AddTicks(1), next, offset);
            (after, offset) = (change.AddTicks(-1), _zone.GetUtcOffset(change));
        }
    }

    // The first instant, to the second, that has another offset.
    private DateTimeOffset Change(DateTimeOffset from, DateTimeOffset to, TimeSpan offset)
    {
        (long low, long high) = (from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());

        // Steps of a day first: over months the offset may change and change back.
        for (long day = low + 86_400; day < high && OffsetAt(day) == offset; day += 86_400)
        {
            low = day;
        }

        high = Math.Min(high, low + 86_400);
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            (low, high) = OffsetAt(middle) == offset ? (middle, high) : (low, middle);
        }

        return DateTimeOffset.FromUnixTimeSeconds(high);

        TimeSpan OffsetAt(long second) => _zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(second));
    }
}
