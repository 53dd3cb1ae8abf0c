using DataForge.Cleaner.Decontamination;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// The text rules that apply. They are tried in any order; of the rules that a text fails, the one with the lowest rank is recorded, so
/// that the reason does not depend on the order.
/// </summary>
internal sealed class RuleSet
{
    private readonly (int Rank, TextCheck Check)[] _checks;

    /// <summary>The text rules under these settings, cheapest first. Serves one thread.</summary>
    public RuleSet(RuleSettings settings, BenchmarkIndex? benchmarks = null)
    {
        var checks = new List<(int, TextCheck)>();
        foreach ((int rank, TextRule rule) in RuleList.All.OfType<TextRule>().Index())
        {
            if (rule.Build(settings, benchmarks) is { } check)
            {
                checks.Add((rank, check));
            }
        }

        _checks = [.. checks];
    }

    private RuleSet((int, TextCheck)[] checks) => _checks = checks;

    /// <summary>The rules in order of rank.</summary>
    public IEnumerable<TextCheck> Checks => _checks.OrderBy(item => item.Rank).Select(item => item.Check);

    /// <summary>The same rules, tried in another order; for tests.</summary>
    public RuleSet Shuffled(Random random)
    {
        (int, TextCheck)[] checks = [.. _checks];
        random.Shuffle(checks);
        return new RuleSet(checks);
    }

    /// <summary>Every reason to drop the text, by rank; for tests.</summary>
    public IEnumerable<Finding> All(JudgedText text) => Checks.Select(check => check.Judge(text)).OfType<Finding>();

    /// <summary>Why the text is dropped; null if it passes.</summary>
    public Finding? Judge(JudgedText text)
    {
        Finding? finding = null;
        int best = int.MaxValue;
        foreach ((int rank, TextCheck check) in _checks)
        {
            if (rank < best && check.Judge(text) is { } found)
            {
                finding = found;
                best = rank;
            }
        }

        return finding;
    }
}
