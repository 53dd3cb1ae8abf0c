using DataForge.Corpus;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// A repository cannot be fetched, or not completely. It becomes a row with this reason (<see cref="RuleNames"/>), and the crawl
/// continues.
/// </summary>
/// <param name="rule">The reason, one of <see cref="RuleNames"/>.</param>
/// <param name="detail">Details in one line, without credentials.</param>
/// <param name="isTransient">Whether a later attempt may succeed although the repository has not changed.</param>
/// <param name="inner">The cause; null if there is none.</param>
public sealed class FetchException(string rule, string detail, bool isTransient = false, Exception? inner = null)
    : Exception($"{rule}: {detail}", inner)
{
    // A server's message is cut to this many characters before it becomes part of a message here, which is one line.
    private const int MaxCharacters = 300;

    /// <summary>The reason.</summary>
    public string Rule => rule;

    /// <summary>Details in one line.</summary>
    public string Detail => detail;

    /// <summary>Whether a later attempt may succeed.</summary>
    public bool IsTransient => isTransient;

    /// <summary>A message of another program as one line of bounded length, with printable characters only.</summary>
    public static string Printable(string message)
    {
        string line = string.Concat(message.Trim().Take(MaxCharacters).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
        return line.Trim().Length == 0 ? "no reason given" : line.Trim();
    }
}
