using DataForge.Cleaner.Decontamination;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// The rules about text that apply. They are tried cheapest first; of the rules that a text fails, the one with the lowest rank is recorded,
/// so that what is recorded does not depend on the order in which they are tried.
/// </summary>
internal sealed class RuleSet
{
    private readonly (int Rank, ContentRule Rule)[] _rules;

    /// <summary>The rules of these thresholds; serves one thread.</summary>
    public RuleSet(RuleThresholds thresholds, BenchmarkIndex? benchmarks = null) : this([.. Ranked(thresholds, benchmarks)])
    {
    }

    private RuleSet((int, ContentRule)[] rules) => _rules = rules;

    /// <summary>The same rules, tried in another order; for tests.</summary>
    public RuleSet Shuffled(Random random)
    {
        (int, ContentRule)[] rules = [.. _rules];
        random.Shuffle(rules);
        return new RuleSet(rules);
    }

    /// <summary>The rules in order of rank.</summary>
    public IEnumerable<ContentRule> Rules => _rules.OrderBy(item => item.Rank).Select(item => item.Rule);

    /// <summary>Every reason why the text must leave, by rank; for tests.</summary>
    public IEnumerable<Finding> All(JudgedText text) => _rules.OrderBy(item => item.Rank).Select(item => item.Rule.Judge(text)).OfType<Finding>();

    /// <summary>Why the text must leave; null where it passes.</summary>
    public Finding? Judge(JudgedText text)
    {
        Finding? finding = null;
        int best = int.MaxValue;
        foreach ((int rank, ContentRule rule) in _rules)
        {
            if (rank < best && rule.Judge(text) is { } found)
            {
                finding = found;
                best = rank;
            }
        }

        return finding;
    }

    // In order of rank, which is about the order of cost, so that a text that fails a cheap rule is spared the dear ones.
    private static IEnumerable<(int Rank, ContentRule Rule)> Ranked(RuleThresholds t, BenchmarkIndex? benchmarks)
    {
        int rank = 0;
        ContentRule?[] rules =
        [
            t.MaxBytes is { } bytes ? new StatisticRule("size", bytes - 1, isMost: true, text => text.SourceSize) : null,
            Least("lines_min", t.MinLines, text => text.Statistics.Lines),
            Most("lines_max", t.MaxLines, text => text.Statistics.Lines),
            Most("line_max", t.MaxLine, text => text.Statistics.MaxLine),
            Most("line_mean", t.MaxMeanLine, text => text.Statistics.MeanLine),
            Least("alphanumeric", t.MinAlphanumeric, text => text.Statistics.AlphanumericShare),
            Least("alphabetic", t.MinAlphabetic, text => text.Statistics.AlphabeticShare),
            Most("digits", t.MaxDigits, text => text.Statistics.Characters == 0 ? 0 : (double)text.Statistics.Digits / text.Statistics.Characters),
            Most("hex_digits", t.MaxDigits, text => text.Statistics.Characters == 0 ? 0 : (double)text.Statistics.HexDigits / text.Statistics.Characters),
            t.DropGenerated ? new GeneratedRule(t.GeneratedMarkers) : null,
            t.DropXml ? new XmlRule() : null,
            t.MinAssignments is { } assignments ? new FewAssignmentsRule(assignments) : null,
            t.NoKeywordsDrop is { } noKeywords ? new NoKeywordsRule(noKeywords) : null,
            t.ConfigOrTestDrop is { } configOrTest ? new ConfigOrTestRule(configOrTest) : null,
            t.MinCodeCharacters is { } code ? new CodeCharactersRule(code) : null,
            t.MinCharactersPerToken is { } ratio ? new CharactersPerTokenRule(ratio) : null,
            t.DropEncodedData ? new EncodedDataRule() : null,
            benchmarks is not null ? new BenchmarkRule(benchmarks) : null,
            t.MustParse ? new SyntaxRule(t.KeepPython2) : null,
            t.MinKeywords is { } keywords ? new KeywordsRule(keywords) : null,
            t.MinCommentShare is not null || t.MaxCommentShare is not null ? new CommentShareRule(t.MinCommentShare ?? 0, t.MaxCommentShare ?? 1) : null,
        ];
        foreach (ContentRule? rule in rules)
        {
            rank++;
            if (rule is not null)
            {
                yield return (rank, rule);
            }
        }
    }

    private static StatisticRule? Least(string name, double? threshold, Func<JudgedText, double> measure) =>
        threshold is { } least and > 0 ? new StatisticRule(name, least, isMost: false, measure) : null;

    private static StatisticRule? Most(string name, double? threshold, Func<JudgedText, double> measure) =>
        threshold is { } most ? new StatisticRule(name, most, isMost: true, measure) : null;
}
