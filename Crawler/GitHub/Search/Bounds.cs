using System.Globalization;

namespace DataForge.Crawler.GitHub;

/// <summary>A range of whole numbers: stars, or seconds since 1970.</summary>
/// <param name="Low">The lower bound, included.</param>
/// <param name="High">The upper bound, included.</param>
internal readonly record struct Bounds(long Low, long High)
{
    private const string DateFormat = "yyyy-MM-dd";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>
    /// The seconds in which a repository may have been created or pushed to: 2004-01-10 (2^30, before git existed) to 2106-02-07 (2^32 −
    /// 1).
    /// </summary>
    public static Bounds AllTime { get; } = new(1L << 30, (1L << 32) - 1);

    /// <summary>The numbers of stars that a repository may have.</summary>
    public static Bounds AllStars { get; } = new(0, int.MaxValue);

    /// <summary>Whether it holds one number only, so that it cannot be split.</summary>
    public bool IsSingle => Low >= High;

    /// <summary>Splits it at a middle: <c>[Low, middle]</c> and <c>[middle + 1, High]</c>.</summary>
    public (Bounds Left, Bounds Right) SplitAt(long middle) => (this with { High = middle }, this with { Low = middle + 1 });

    /// <summary>Splits it into halves.</summary>
    public (Bounds Left, Bounds Right) Halve() => SplitAt(Low + ((High - Low) / 2));

    /// <summary>
    /// Splits it into halves on a logarithmic scale, by the distance from an origin. Stars follow a power law, and so do the seconds
    /// between creation and last push: on a linear scale one half would be empty nearly every time.
    /// </summary>
    public (Bounds Left, Bounds Right) HalveFrom(long origin)
    {
        if (Low < origin)
        {
            return High >= origin ? SplitAt(origin - 1) : Halve();
        }

        // The middle m with (m + 1)² = (low + 1)(high + 1), both counted from the origin.
        double middle = Math.Sqrt((Low - origin + 1.0) * (High - origin + 1.0)) - 1;
        return SplitAt(Math.Clamp(origin + (long)middle, Low, High - 1));
    }

    /// <summary>The range as a search qualifier's value.</summary>
    public string Text(bool isTime) => isTime
        ? $"{Time(Low)}..{Time(High)}"
        : string.Create(CultureInfo.InvariantCulture, $"{Low}..{High}");

    /// <summary>
    /// Parses a qualifier's value: <c>N</c>, <c>&gt;N</c>, <c>&gt;=N</c>, <c>&lt;N</c>, <c>&lt;=N</c>, <c>A..B</c>,
    /// <c>A..*</c> and <c>*..B</c>, of numbers, or of dates and times (ISO 8601; a date is the whole day in UTC). Null for anything else.
    /// </summary>
    public static Bounds? Parse(string text, bool isTime)
    {
        Bounds all = isTime ? AllTime : AllStars;
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots >= 0)
        {
            (string left, string right) = (text[..dots], text[(dots + 2)..]);
            long? low = left == "*" ? all.Low : Value(left, isTime)?.Low;
            long? high = right == "*" ? all.High : Value(right, isTime)?.High;
            return low is { } from && high is { } to && from <= to ? new Bounds(from, to) : null;
        }

        string sign = text.StartsWith(">=", StringComparison.Ordinal) || text.StartsWith("<=", StringComparison.Ordinal) ? text[..2]
            : text.StartsWith('>') || text.StartsWith('<') ? text[..1] : "";
        if (Value(text[sign.Length..], isTime) is not { } value)
        {
            return null;
        }

        Bounds bounds = sign switch
        {
            ">=" => all with { Low = value.Low },
            ">" => all with { Low = value.High + 1 },
            "<=" => all with { High = value.High },
            "<" => all with { High = value.Low - 1 },
            _ => value,
        };
        return bounds.Low <= bounds.High ? bounds : null;
    }

    private static Bounds? Value(string text, bool isTime)
    {
        if (!isTime)
        {
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= int.MaxValue
                ? new Bounds(number, number)
                : null;
        }

        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (DateTimeOffset.TryParseExact(text, DateFormat, invariant, DateTimeStyles.AssumeUniversal, out DateTimeOffset day))
        {
            return new Bounds(day.ToUnixTimeSeconds(), day.ToUnixTimeSeconds() + (24 * 60 * 60) - 1);
        }

        return DateTimeOffset.TryParseExact(text, TimeFormats, invariant, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? new Bounds(time.ToUnixTimeSeconds(), time.ToUnixTimeSeconds())
            : null;
    }

    private static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString(TimeFormat, CultureInfo.InvariantCulture);
}
