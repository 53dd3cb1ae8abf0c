using DataForge.Corpus;
using DataForge.Corpus.Events;

namespace DataForge.Orchestrator.Terminal;

/// <summary>Adds up the counts of a stage's parts and says what came of them.</summary>
internal sealed class StageSummary
{
    private const int NameWidth = 9;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private int _computed;
    private int _reused;

    public void Start(string stage)
    {
        _counts.Clear();
        (_computed, _reused) = (0, 0);
    }

    public void Add(PartDone part)
    {
        _ = part.Reused ? _reused++ : _computed++;
        foreach ((string name, long value) in part.Counts)
        {
            _counts[name] = _counts.GetValueOrDefault(name) + value;
        }
    }

    public IEnumerable<string> Finish(StageFinished finished)
    {
        string parts = _reused > 0 && _computed == 0 ? "nothing to compute" : _reused > 0 ? $"{_computed} {(_computed == 1 ? "part" : "parts")} computed, {_reused} reused" : "";
        string what = string.Join(", ", new[] { What(finished.Stage), parts }.Where(text => text.Length > 0));
        yield return $"{finished.Stage,-NameWidth} {what} ({Figures.Duration(finished.Seconds)})";
        if (Drops() is { Length: > 0 } drops)
        {
            yield return $"{"",NameWidth} left: {drops}";
        }
    }

    private string What(string stage) => stage switch
    {
        "crawl" => $"{Count("occurrences.python"):N0} new Python files, {Figures.Bytes(Count("bytes.python"))}",
        "clean" or "dedup" => $"{Count("contents.out"):N0} files stay, {Figures.Bytes(Count("bytes.out"))}",
        "tokenize" => $"{Count("tokens.train"):N0} tokens to train on, {Count("tokens.validation"):N0} to validate",
        "pretrain" => $"{Count("steps"):N0} steps over {Count("tokens"):N0} tokens",
        "report" => "6-report/index.html",
        _ => "",
    };

    // The five largest reasons; the rest stand in dropped/ and in the report.
    private string Drops()
    {
        const string Prefix = "dropped.";
        var rules = _counts.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal) && pair.Value > 0)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        string first = string.Join(", ", rules.Take(5).Select(pair => $"{pair.Key[Prefix.Length..]} {pair.Value:N0}"));
        return rules.Count > 5 ? first + $", {rules.Count - 5} more {(rules.Count == 6 ? "rule" : "rules")}" : first;
    }

    private long Count(string name) => _counts.GetValueOrDefault(name);
}
