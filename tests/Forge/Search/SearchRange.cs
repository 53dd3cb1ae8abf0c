using System.Globalization;

namespace DataForge.Forge.Search;

/// <summary>
/// A range of a qualifier: <c>5</c>, <c>&gt;5</c>, <c>&gt;=5</c>, <c>&lt;5</c>, <c>&lt;=5</c>, <c>1..5</c>, <c>1..*</c>, <c>*..5</c>, both
/// ends included. A date stands for its whole day, a time for its second
/// (https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax).
/// </summary>
public readonly record struct SearchRange(long From, long To)
{
    private static readonly string[] Times =
        ["yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:sszzz", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mmZ", "yyyy-MM-ddTHH:mmzzz"];

    /// <summary>Whether a value is in the range.</summary>
    public bool Contains(long value) => From <= value && value <= To;

    /// <summary>A range of whole numbers.</summary>
    public static SearchRange OfNumbers(string qualifier, string text) => Parse(qualifier, text, Number);

    /// <summary>A range of times, in seconds since 1970.</summary>
    public static SearchRange OfTimes(string qualifier, string text) => Parse(qualifier, text, Time);

    private static SearchRange Parse(string qualifier, string text, Func<string, SearchRange?> value)
    {
        SearchRange One(string part) =>
            value(part) ?? throw new SearchException($"\"{text}\" is not a recognized value for {qualifier}.");
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots >= 0)
        {
            string from = text[..dots];
            string to = text[(dots + 2)..];
            return new(from == "*" ? long.MinValue : One(from).From, to == "*" ? long.MaxValue : One(to).To);
        }

        return text switch
        {
            ['>', '=', .. string rest] => new(One(rest).From, long.MaxValue),
            ['<', '=', .. string rest] => new(long.MinValue, One(rest).To),
            ['>', .. string rest] => new(One(rest).To + 1, long.MaxValue),
            ['<', .. string rest] => new(long.MinValue, One(rest).From - 1),
            "*" => new(long.MinValue, long.MaxValue),
            _ => One(text),
        };
    }

    private static SearchRange? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? new(value, value) : null;

    private static SearchRange? Time(string text)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, utc, out DateTimeOffset day))
        {
            long start = day.ToUnixTimeSeconds();
            return new(start, start + 86_399);
        }

        if (DateTimeOffset.TryParseExact(text, Times, CultureInfo.InvariantCulture, utc, out DateTimeOffset time))
        {
            long second = time.ToUnixTimeSeconds();
            return new(second, second);
        }

        return null;
    }
}
