using System.Globalization;
using NCrontab;

namespace DataForge.Service.Scheduling;

/// <summary>The fields of a cron expression: which one is wrong, and Sunday as the library writes it.</summary>
internal static class CronFields
{
    private const int Sunday = 7;

    private static readonly (string Name, string Values)[] Known =
    [
        ("second", "0 to 59"), ("minute", "0 to 59"), ("hour", "0 to 23"), ("day of month", "1 to 31"),
        ("month", "1 to 12, or jan to dec"), ("day of week", "0 to 7, where 0 and 7 are Sunday, or sun to sat"),
    ];

    /// <summary>What is wrong with the first wrong field; null if each can be parsed.</summary>
    /// <param name="fields">Five or six fields.</param>
    public static string? Fault(IReadOnlyList<string> fields)
    {
        for (int i = 0; i < fields.Count; i++)
        {
            string[] alone = [.. Enumerable.Repeat("*", fields.Count)];
            alone[i] = WithSundayAsZero(fields[i], isDayOfWeek: i == fields.Count - 1);
            if (IsBackwards(fields[i]) || Parse(alone) is null)
            {
                (string name, string values) = Known[Known.Length - fields.Count + i];
                return $"the {name} '{fields[i]}' is wrong; it can be {values}, as in '*', '*/2', '1-3' or '1,3'";
            }
        }

        return null;
    }

    /// <summary>Parses five or six fields; null if one is wrong.</summary>
    public static CrontabSchedule? Parse(IReadOnlyList<string> fields) => CrontabSchedule.TryParse(
        string.Join(' ', fields), new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Count == Known.Length });

    /// <summary>A day of the week in which Sunday, which crontab writes as 0 or 7, is 0. Other fields stay.</summary>
    public static string WithSundayAsZero(string field, bool isDayOfWeek = true) =>
        isDayOfWeek ? string.Join(',', field.Split(',').SelectMany(Days)) : field;

    // "5-7" is 5, 6, 0.
    private static IEnumerable<string> Days(string item)
    {
        string[] step = item.Split('/');
        string[] range = step[0].Split('-');
        if (range[^1] != "7" || range.Length > 2 || !TryParse(range[0], out int first) || first > Sunday)
        {
            return [item];
        }

        int by = 1;
        return step.Length > 1 && (step.Length > 2 || !TryParse(step[1], out by) || by == 0)
            ? [item]
            : Enumerable.Range(first, Sunday - first + 1).Where(day => (day - first) % by == 0)
                .Select(day => (day % Sunday).ToString(CultureInfo.InvariantCulture));
    }

    // The library would take "22-5" as "5-22".
    private static bool IsBackwards(string field) => field.Split(',').Any(item =>
        item.Split('/')[0].Split('-') is [string first, string last]
        && TryParse(first, out int from) && TryParse(last, out int to) && from > to);

    private static bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
