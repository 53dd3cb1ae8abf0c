using DataForge.Corpus;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// A repository search as the user wrote it
/// (https://docs.github.com/search-github/searching-on-github/searching-for-repositories), and how it is split into windows. The user's
/// <c>created:</c>, <c>pushed:</c> and <c>stars:</c> are bounds that windows stay within. Where one of them has a form that is not
/// understood, it is passed to GitHub unchanged and windows are not split by it. Windows follow from the query alone, never from the clock.
/// </summary>
public sealed class SearchQuery
{
    // GitHub allows 256 characters without qualifiers
    // (https://docs.github.com/rest/search/search#limitations-on-query-length); qualifiers take the rest.
    private const int MaxLength = 1024;
    private static readonly string[] Names = ["created:", "pushed:", "stars:"];
    private readonly string[] _words;
    private readonly Bounds?[] _limits;

    private SearchQuery(string[] words)
    {
        _words = words;
        _limits = [FindLimits(0), FindLimits(1), FindLimits(2)];
    }

    /// <summary>The query with single spaces between its words: its key in the ledger.</summary>
    public string Key => string.Join(' ', _words);

    /// <summary>Parses a query.</summary>
    /// <exception cref="DataForgeException">It is empty, too long, or a quotation mark is not closed.</exception>
    public static SearchQuery Parse(string text)
    {
        string[] words = [.. Words(text)];
        return words.Length > 0 && text.Length <= MaxLength && !words.Any(word => word.Any(char.IsControl))
            ? new SearchQuery(words)
            : throw DataForgeException.Usage(
                $"'{text}' is no search of 1 to {MaxLength} characters; write something like github:\"language:python stars:>=10\".");
    }

    /// <summary>The search that reads a window (<see cref="SearchWindow.Text"/>).</summary>
    /// <exception cref="FormatException">The text is not that of a window.</exception>
    public string For(string window)
    {
        if (window.Length == 0)
        {
            return Key;
        }

        Bounds?[] bounds = Read(window);
        return string.Join(' ', _words.Where(word => !IsReplaced(word, bounds)).Append(window));
    }

    /// <summary>
    /// The windows that replace a window: its halves by creation; where that is a single second, by last push (on a logarithmic scale from
    /// the creation); then by stars (on a logarithmic scale). Empty where it cannot be split.
    /// </summary>
    /// <exception cref="FormatException">The text is not that of a window.</exception>
    public IReadOnlyList<string> Split(string window)
    {
        Bounds?[] bounds = Read(window);
        for (int i = 0; i < bounds.Length; i++)
        {
            if ((bounds[i] ?? _limits[i]) is not { IsSingle: false } range)
            {
                continue;
            }

            (Bounds left, Bounds right) = i switch
            {
                0 => range.Halve(),
                1 => (bounds[0] ?? _limits[0]) is { IsSingle: true } created ? range.HalveFrom(created.Low) : range.Halve(),
                _ => range.HalveFrom(0),
            };
            return [Text(With(bounds, i, left)), Text(With(bounds, i, right))];
        }

        return [];
    }

    private static string Text(Bounds?[] bounds) => string.Join(
        ' ',
        Enumerable.Range(0, bounds.Length).Where(i => bounds[i] is not null).Select(i => Names[i] + bounds[i]!.Value.Text(IsTime(i))));

    private static Bounds?[] With(Bounds?[] bounds, int index, Bounds value)
    {
        Bounds?[] copy = [.. bounds];
        copy[index] = value;
        return copy;
    }

    private static Bounds?[] Read(string window)
    {
        Bounds?[] bounds = new Bounds?[Names.Length];
        foreach (string word in window.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int index = Array.FindIndex(Names, name => word.StartsWith(name, StringComparison.Ordinal));
            Bounds? value = index < 0 ? null : Bounds.Parse(word[Names[index].Length..], IsTime(index));
            bounds[Math.Max(index, 0)] = value ?? throw new FormatException($"'{window}' is no search window");
        }

        return bounds;
    }

    private static bool IsTime(int index) => index < 2;

    private static bool IsReplaced(string word, Bounds?[] bounds) =>
        Enumerable.Range(0, Names.Length).Any(i => bounds[i] is not null && word.StartsWith(Names[i], StringComparison.OrdinalIgnoreCase));

    // The bounds within which a qualifier may be split: all values, those of the user, or null if the user's form is not understood.
    private Bounds? FindLimits(int index)
    {
        string[] own = [.. _words.Where(word => word.TrimStart('-').StartsWith(Names[index], StringComparison.OrdinalIgnoreCase))];
        return own.Length switch
        {
            0 => IsTime(index) ? Bounds.AllTime : Bounds.AllStars,
            1 when !own[0].StartsWith('-') => Bounds.Parse(own[0][Names[index].Length..].Trim('"'), IsTime(index)),
            _ => null,
        };
    }

    // Spaces separate words, except between quotation marks.
    private static IEnumerable<string> Words(string text)
    {
        int start = 0;
        bool isQuoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"')
            {
                isQuoted = !isQuoted;
            }

            if (i == text.Length || (!isQuoted && char.IsWhiteSpace(text[i])))
            {
                if (i > start)
                {
                    yield return text[start..i];
                }

                start = i + 1;
            }
        }

        if (isQuoted)
        {
            throw DataForgeException.Usage($"a quotation mark of the search '{text}' is not closed.");
        }
    }
}
