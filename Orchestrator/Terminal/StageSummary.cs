using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.Terminal;

/// <summary>Adds up the counts of a stage's parts and summarizes them.</summary>
internal sealed class StageSummary
{
    private const int MostReasons = 5;
    private CountTable _counts = new();
    private int _computed;
    private int _reused;

    /// <summary>Starts a new stage.</summary>
    public void Start()
    {
        _counts = new CountTable();
        (_computed, _reused) = (0, 0);
    }

    /// <summary>Adds a part's counts.</summary>
    public void Add(PartDone part)
    {
        _ = part.Reused ? _reused++ : _computed++;
        _counts.Add(part.Counts);
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

        if (finished.Stage is StageNames.Clean or StageNames.Dedup && _counts[CountName.ContentsOut] == 0)
        {
            yield return $"{"",TextLines.Indent} warning: no file was kept; dropped/ names the rule of each";
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
        StageNames.Crawl => $"{_counts[CountName.OccurrencesOf(FileKind.Python)]:N0} new Python files, "
            + Figures.Bytes(_counts[CountName.BytesOf(FileKind.Python)]),
        StageNames.Clean or StageNames.Dedup =>
            $"{_counts[CountName.ContentsOut]:N0} files kept, {Figures.Bytes(_counts[CountName.BytesOut])}",
        StageNames.Tokenize =>
            $"{_counts[CountName.TokensTrain]:N0} tokens to train on, {_counts[CountName.TokensValidation]:N0} to validate",
        StageNames.Pretrain => $"{_counts[CountName.Steps]:N0} steps over {_counts[CountName.Tokens]:N0} tokens",
        StageNames.Report => RunPaths.ReportPage,
        _ => "",
    };

    // The most frequent reasons; all are in dropped/ and in the report.
    private string Drops()
    {
        var rules = _counts.Of(CountName.Dropped).Where(rule => rule.Value > 0)
            .OrderByDescending(rule => rule.Value).ThenBy(rule => rule.Member, StringComparer.Ordinal).ToList();
        string first = string.Join(", ", rules.Take(MostReasons).Select(rule => $"{rule.Member} {rule.Value:N0}"));
        int more = rules.Count - MostReasons;
        return more > 0 ? $"{first}, {more} more {(more == 1 ? "rule" : "rules")}" : first;
    }
}
