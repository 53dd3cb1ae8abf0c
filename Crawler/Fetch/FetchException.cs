namespace DataForge.Crawler.Fetch;

/// <summary>
/// A repository cannot be had, or not as a whole. It ends as a row with this reason (<see cref="Sources.FaultRules"/>); the crawl goes on.
/// </summary>
/// <param name="rule">The reason, one of <see cref="Sources.FaultRules"/>.</param>
/// <param name="detail">More about it, one line, without credentials.</param>
/// <param name="isPassing">Whether another try may end otherwise, the repository being as it is.</param>
public sealed class FetchException(string rule, string detail, bool isPassing = false, Exception? inner = null)
    : Exception($"{rule}: {detail}", inner)
{
    // What a server says is cut to this many characters before it becomes part of a message.
    private const int MaxWords = 300;

    /// <summary>The reason.</summary>
    public string Rule => rule;

    /// <summary>More about it.</summary>
    public string Detail => detail;

    /// <summary>Whether another try may end otherwise.</summary>
    public bool IsPassing => isPassing;

    /// <summary>What another side said, as one line of bounded length that holds nothing but printable characters.</summary>
    public static string Printable(string words)
    {
        string line = string.Concat(words.Trim().Take(MaxWords).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
        return line.Trim().Length == 0 ? "no reason given" : line.Trim();
    }
}
