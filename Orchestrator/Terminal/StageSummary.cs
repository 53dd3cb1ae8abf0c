using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.Terminal;

/// <summary>Adds up the counts of a stage's parts and summarizes them.</summary>
internal sealed class StageSummary
{
    private const int MostReasons = 5;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private int _computed;
    private int _reused;

    /// <summary>Starts a new stage.</summary>
    public void Start()
    {
        _counts.Clear();
        (_computed, _reused) = (0, 0);
    }

    /// <summary>Adds a part's counts.</summary>
    public void Add(PartDone part)
    {
        _ = part.Reused ? _reused++ : _computed++;
        foreach ((string name, long value) in part.Counts)
        {
            _counts[name] = _counts.GetValueOrDefault(name) + value;
        }
    }

    /// <summary>The summary's lines.</summary>
    public IEnumerable<string> Finish(StageFinished finished)
    {
        string what = string.Join(", ", new[] { Result(finished.Stage), Parts() }.Where(text => text.Length > 0));
        yield return $"{finished.Stage,-TextLines.Indent} {what} ({Figures.Duration(finished.Seconds)})";
        if (Drops() is { Length: > 0 } drops)
        {
            yield return $"{"",TextLines.Indent} dropped: {drops}";
        }
    }

    private string Parts() => (_reused, _computed) switch
    {
        ( > 0, 0) => "nothing to compute",
        ( > 0, 1) => $"1 part computed, {_reused} reused",
        ( > 0, _) => $"{_computed} parts computed, {_reused} reused",
        _ => "",
    };

    private string Result(string stage) => stage switch
    {
        StageNames.Crawl => $"{Count("occurrences.python"):N0} new Python files, {Figures.Bytes(Count("bytes.python"))}",
        StageNames.Clean or StageNames.Dedup => $"{Count("contents.out"):N0} files kept, {Figures.Bytes(Count("bytes.out"))}",
        StageNames.Tokenize => $"{Count("tokens.train"):N0} tokens to train on, {Count("tokens.validation"):N0} to validate",
        StageNames.Pretrain => $"{Count("steps"):N0} steps over {Count("tokens"):N0} tokens",
        StageNames.Report => "6-report/index.html",
        _ => "",
    };

    // The most frequent reasons; all are in dropped/ and in the report.
    private string Drops()
    {
        const string Prefix = "dropped.";
        var rules = _counts.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal) && pair.Value > 0)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        string first = string.Join(", ", rules.Take(MostReasons).Select(pair => $"{pair.Key[Prefix.Length..]} {pair.Value:N0}"));
        int more = rules.Count - MostReasons;
        return more > 0 ? $"{first}, {more} more {(more == 1 ? "rule" : "rules")}" : first;
    }

    private long Count(string name) => _counts.GetValueOrDefault(name);
}
