using DataForge.Cleaner.Rules.All;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// All rules in order of rank. Cheap rules come first, so that a file that fails one of them is not judged by the expensive ones. If a file
/// fails several rules of a subject, the first is recorded. To add a rule, write its file in <c>Rules/All</c> and name it here.
/// </summary>
internal static class RuleList
{
    /// <summary>The rules.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        // A path in a repository.
        new OptOutRule(),
        new VendoredRule(),
        new FileNameRule(),
        new StarsRule(),
        new LicenseRule(),

        // A content with all its occurrences.
        new BinaryRule(),
        new EncodingRule(),
        new LicenseConflictRule(),

        // The text that would ship.
        new SizeRule(),
        new LinesMinRule(),
        new LinesMaxRule(),
        new LineMaxRule(),
        new LineMeanRule(),
        new AlphanumericRule(),
        new AlphabeticRule(),
        new DigitsRule(),
        new HexDigitsRule(),
        new GeneratedRule(),
        new XmlRule(),
        new FewAssignmentsRule(),
        new NoKeywordsRule(),
        new ConfigOrTestRule(),
        new CodeCharactersRule(),
        new CharactersPerTokenRule(),
        new EncodedDataRule(),
        new BenchmarkRule(),
        new SyntaxRule(),
        new Python2Rule(),
        new KeywordsRule(),
        new CommentShareRule(),
        new RedactionRule(),
    ];
}
