using DataForge.Cleaner.Rules;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Rules;

/// <summary>The tables of <c>docs/rules.md</c> are what the rules say. DATAFORGE_TEST_WRITE_DOCS=1 writes them.</summary>
public class RulesPageTests
{
    [Fact]
    public void Tables_ofDocument_areWhatTheRulesSay()
    {
        string path = Path.Combine(SharedFiles.ProjectRoot, "docs", "rules.md");
        string page = File.ReadAllText(path);
        string made = RulesPage.Regenerate(page);
        if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, made);
            page = made;
        }

        Assert.True(made == page, "docs/rules.md is stale: run this test once with DATAFORGE_TEST_WRITE_DOCS=1.");
    }

    [Fact]
    public void Rules_all_haveDistinctNamesAndASentence()
    {
        Assert.Equal(RuleList.All.Count, RuleList.All.Select(rule => rule.Name).Distinct().Count());
        Assert.All(RuleList.All, rule => Assert.EndsWith(".", rule.Sentence, StringComparison.Ordinal));
        Assert.All(RuleList.All, rule => Assert.Equal(rule.Sentence, RuleSentences.Of(rule.Name)));
    }

    /// <summary>The subjects follow one another: ranks are compared within a subject only.</summary>
    [Fact]
    public void Rules_all_standInOrderOfTheirSubjects()
    {
        RuleSubject[] subjects = [.. RuleList.All.Select(rule => rule.Subject)];
        Assert.Equal(subjects.Order(), subjects);
    }
}
