using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;

namespace DataForge.Cleaner.Steps;

/// <summary>One object for each distinct text and repository, so that a million rows do not hold a million copies.</summary>
internal sealed class SharedObjects
{
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<(long, int), RepositoryFacts> _repositories = [];

    /// <summary>The shared text.</summary>
    public string Text(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        if (_texts.TryGetValue(text, out string? shared))
        {
            return shared;
        }

        _texts.Add(text);
        return text;
    }

    /// <summary>The shared list of these lines.</summary>
    public IReadOnlyList<string> List(string[] lines)
    {
        string key = string.Join('\n', lines);
        if (!_lists.TryGetValue(key, out IReadOnlyList<string>? shared))
        {
            _lists[key] = shared = lines;
        }

        return shared;
    }

    /// <summary>The shared facts of a row's repository.</summary>
    public RepositoryFacts Repository(RepositoryColumns.Reader repositories, int row)
    {
        (long, int) key = (repositories.Id(row), repositories.Snapshot(row));
        if (!_repositories.TryGetValue(key, out RepositoryFacts? shared))
        {
            _repositories[key] = shared = repositories.Facts(row);
        }

        return shared;
    }
}
