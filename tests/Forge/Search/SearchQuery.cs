using DataForge.Forge.Repositories;

namespace DataForge.Forge.Search;

/// <summary>
/// A query of the repository search: words in the name, and the qualifiers <c>language stars forks size created pushed fork archived user
/// org repo license is</c>, each also negated by a leading minus
/// (https://docs.github.com/en/search-github/searching-on-github/searching-for-repositories).
/// </summary>
public sealed class SearchQuery
{
    private const int MaxWordCharacters = 256;
    private readonly List<Func<ForgeRepository, bool>> _conditions = [];
    private readonly List<string> _owners = [];
    private readonly List<string> _repositories = [];
    private bool _withForks;

    private SearchQuery()
    {
    }

    /// <summary>Parses a query.</summary>
    /// <exception cref="SearchException">GitHub would refuse it.</exception>
    public static SearchQuery Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new SearchException("The search query is missing.", "missing");
        }

        var query = new SearchQuery();
        int words = 0;
        foreach (string term in Terms(text))
        {
            int colon = term.IndexOf(':');
            if (colon <= 0 || !query.TryAdd(term[..colon], term[(colon + 1)..].Trim('"')))
            {
                string word = term.Trim('"');
                words += word.Length;
                query._conditions.Add(repository => repository.Name.Contains(word, StringComparison.OrdinalIgnoreCase));
            }
        }

        if (words > MaxWordCharacters)
        {
            throw new SearchException("The search is longer than 256 characters.");
        }

        return query;
    }

    /// <summary>Whether a repository matches.</summary>
    public bool Matches(ForgeRepository repository)
    {
        if (!repository.IsListed || (!_withForks && repository.Parent is not null))
        {
            return false;
        }

        foreach (Func<ForgeRepository, bool> condition in _conditions)
        {
            if (!condition(repository))
            {
                return false;
            }
        }

        // Several owners, and several repositories, are alternatives.
        return _owners.Count + _repositories.Count == 0
            || _owners.Contains(repository.Owner.Login, StringComparer.OrdinalIgnoreCase)
            || _repositories.Contains(repository.FullName, StringComparer.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Terms(string text)
    {
        int start = -1;
        bool quoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            bool end = i == text.Length || (char.IsWhiteSpace(text[i]) && !quoted);
            if (i < text.Length && text[i] == '"')
            {
                quoted = !quoted;
            }

            if (end && start >= 0)
            {
                yield return text[start..i];
                start = -1;
            }
            else if (!end && start < 0)
            {
                start = i;
            }
        }
    }

    private bool TryAdd(string name, string value)
    {
        bool denied = name.StartsWith('-');
        string qualifier = (denied ? name[1..] : name).ToLowerInvariant();
        if (!denied && AddChoice(qualifier, value))
        {
            return true;
        }

        if (Condition(qualifier, value) is not { } condition)
        {
            return false;
        }

        _conditions.Add(denied ? repository => !condition(repository) : condition);
        return true;
    }

    private bool AddChoice(string qualifier, string value)
    {
        switch (qualifier)
        {
            case "fork":
                _withForks = value is "true" or "only";
                if (value == "only")
                {
                    _conditions.Add(repository => repository.Parent is not null);
                }

                return true;
            case "user" or "org":
                _owners.Add(value);
                return true;
            case "repo":
                _repositories.Add(value);
                return true;
            default:
                return false;
        }
    }

    private static Func<ForgeRepository, bool>? Condition(string qualifier, string value)
    {
        switch (qualifier)
        {
            case "language":
                return repository => string.Equals(repository.Language, value, StringComparison.OrdinalIgnoreCase);
            case "license":
                return repository => string.Equals(repository.License, value, StringComparison.OrdinalIgnoreCase);
            case "archived":
                bool archived = value == "true";
                return repository => repository.IsArchived == archived;
            case "is":
                return value == "public" ? _ => true : _ => false;
            case "user" or "org":
                return repository => repository.Owner.Login.Equals(value, StringComparison.OrdinalIgnoreCase);
            case "stars":
                SearchRange stars = SearchRange.OfNumbers(qualifier, value);
                return repository => stars.Contains(repository.Stars);
            case "forks":
                SearchRange forks = SearchRange.OfNumbers(qualifier, value);
                return repository => forks.Contains(repository.Forks);
            case "size":
                SearchRange size = SearchRange.OfNumbers(qualifier, value);
                return repository => size.Contains(repository.Size);
            case "created":
                SearchRange created = SearchRange.OfTimes(qualifier, value);
                return repository => created.Contains(repository.CreatedAt);
            case "pushed":
                SearchRange pushed = SearchRange.OfTimes(qualifier, value);
                return repository => pushed.Contains(repository.PushedAt);
            default:
                return null;
        }
    }
}
