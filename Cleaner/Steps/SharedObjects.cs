using System.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Steps;

/// <summary>One object for each distinct text and repository, so that a million rows do not hold a million copies.</summary>
internal sealed class SharedObjects
{
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _lists = new(StringComparer.Ordinal) { [""] = [] };
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

    /// <summary>The shared list of the lines of a text; an empty text has none.</summary>
    public IReadOnlyList<string> Lines(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        if (!_lists.TryGetValue(text, out IReadOnlyList<string>? shared))
        {
            _lists[text] = shared = text.Split('\n');
        }

        return shared;
    }

    /// <summary>The shared repository of a snapshot.</summary>
    public RepositoryFacts Repository(long id, int snapshot, Func<RepositoryFacts> read)
    {
        if (!_repositories.TryGetValue((id, snapshot), out RepositoryFacts? shared))
        {
            _repositories[(id, snapshot)] = shared = read();
        }

        return shared;
    }
}
