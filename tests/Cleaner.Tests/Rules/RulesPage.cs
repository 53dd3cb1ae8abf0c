using System.Globalization;
using System.Text;
using DataForge.Cleaner.Rules;

namespace DataForge.Cleaner.Tests.Rules;

/// <summary>
/// The tables of <c>docs/rules.md</c>, made from the rules. A table stands between a comment <c>&lt;!-- table: NAME --&gt;</c> and the next
/// <c>&lt;!-- end --&gt;</c>.
/// </summary>
internal static class RulesPage
{
    /// <summary>The page with all its tables made anew.</summary>
    public static string Regenerate(string page)
    {
        foreach ((string name, Func<string> table) in new (string, Func<string>)[]
        {
            ("presets", Presets), ("options", Options), ("occurrence rules", () => Rules(RuleSubject.Occurrence)),
            ("content rules", () => Rules(RuleSubject.Content)), ("text rules", () => Rules(RuleSubject.Text)),
        })
        {
            string begin = $"<!-- table: {name} -->\n";
            int start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
            Assert.True(start >= begin.Length, $"the page has no table '{name}'");
            int end = page.IndexOf("<!-- end -->", start, StringComparison.Ordinal);
            page = page[..start] + table() + page[end..];
        }

        return page;
    }

    private static string Presets()
    {
        CleanPreset[] presets = Enum.GetValues<CleanPreset>();
        var table = new StringBuilder();
        Row(table, ["option", .. presets.Select(preset => preset.ToString())]);
        Row(table, Enumerable.Repeat("---", presets.Length + 1));
        foreach (PresetOption option in Declared().Where(option => presets.Any(preset => Cell(option.Of(preset)).Length > 0)))
        {
            Row(table, [$"`{option.Name}`", .. presets.Select(preset => Cell(option.Of(preset)))]);
        }

        return table.ToString();
    }

    private static string Options()
    {
        var table = new StringBuilder();
        Row(table, ["option", "meaning", "values"]);
        Row(table, Enumerable.Repeat("---", 3));
        foreach (PresetOption option in Declared())
        {
            Row(table, [$"`{option.Name}`", option.Meaning, option.Range]);
        }

        return table.ToString();
    }

    private static string Rules(RuleSubject subject)
    {
        var table = new StringBuilder();
        Row(table, ["rule", "drops", "option"]);
        Row(table, Enumerable.Repeat("---", 3));
        foreach (Rule rule in RuleList.All.Where(rule => rule.Subject == subject))
        {
            string drops = rule.Detail.Length > 0 ? $"{rule.Sentence} {rule.Detail}" : rule.Sentence;
            Row(table, [$"`{rule.Name}`", drops, string.Join(", ", rule.OptionNames.Select(name => $"`{name}`"))]);
        }

        return table.ToString();
    }

    // In order of rank; what belongs to no rule comes last.
    private static IEnumerable<PresetOption> Declared() =>
        RuleList.All.SelectMany(rule => rule.Settings).Concat(RuleSettings.InOrder).OfType<PresetOption>().Distinct();

    private static string Cell(object? value) => value switch
    {
        null or false => "",
        true => "yes",
        double number => number.ToString("#,0.######", CultureInfo.InvariantCulture),
        object number => ((IFormattable)number).ToString("N0", CultureInfo.InvariantCulture),
    };

    private static void Row(StringBuilder table, IEnumerable<string> cells) =>
        table.Append("| ").AppendJoin(" | ", cells).Append(" |\n").Replace("|  |", "| |").Replace("|  |", "| |");
}
