using DataForge.Corpus;
using NCrontab;

namespace DataForge.Orchestrator.Scheduling;

/// <summary>
/// Times in the notation of crontab(5): minute, hour, day of month, month, day of week, and before them a second where there are six fields
/// (https://man7.org/linux/man-pages/man5/crontab.5.html).
/// </summary>
internal sealed class CronSchedule
{
    private readonly CrontabSchedule _times;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CrontabSchedule times, TimeZoneInfo zone) => (_times, _zone) = (times, zone);

    /// <summary>Parses five or six fields; the times are local to the zone.</summary>
    /// <exception cref="DataForgeException">The text is not a schedule. Exit code 2.</exception>
    public static CronSchedule Parse(string text, TimeZoneInfo zone)
    {
        string[] fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw Wrong(text, "it does not have five fields");
        }

        // Where both days are given, cron runs on either of them and the library on days that match both: the user must choose.
        if (fields[^3] != "*" && fields[^1] != "*")
        {
            throw Wrong(text, "it names days of the month and days of the week; give one of them as *");
        }

        // Sunday is 0 or 7.
        fields[^1] = string.Join(',', fields[^1].Split(',').Select(day => day == "7" ? "0" : day));
        var options = new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Length == 6 };
        if (CrontabSchedule.TryParse(string.Join(' ', fields), options) is not { } times)
        {
            throw Wrong(text, "it cannot be parsed");
        }

        return new CronSchedule(times, zone);
    }

    /// <summary>The first time after <paramref name="after"/>; null where there is none within fifty years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
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

            // A time in the hour that daylight saving skips moves to the next hour; one in the repeated hour may be in the past.
            DateTime real = _zone.IsInvalidTime(at) ? at.AddHours(1) : at;
            var next = new DateTimeOffset(real, _zone.GetUtcOffset(real));
            if (next > after)
            {
                return next;
            }
        }
    }

    private static DataForgeException Wrong(string text, string why) => DataForgeException.Usage(
        $"--schedule '{text}': {why}. Give minute, hour, day of month, month and day of week, as in '30 3 * * *' or '0 */6 * * 1-5'.");
}
