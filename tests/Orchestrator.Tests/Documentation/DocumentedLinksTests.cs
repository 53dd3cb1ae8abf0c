using System.Text.RegularExpressions;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Documentation;

/// <summary>Every relative link in README, CONTRIBUTING and docs leads to a file that exists, and to a heading that it has.</summary>
public partial class DocumentedLinksTests
{
    public static TheoryData<string> Pages => [.. ShellBlock.Pages, "CHANGELOG.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_itsRelativeLinks_leadSomewhere(string page)
    {
        string path = Path.Combine(SharedFiles.ProjectRoot, page);
        IEnumerable<string> links = Link().Matches(CodeBlock().Replace(File.ReadAllText(path), "")).Select(match => match.Groups[1].Value);
        Assert.DoesNotContain(links, link => !link.Contains("://", StringComparison.Ordinal) && !Exists(path, link));
    }

    private static bool Exists(string page, string link)
    {
        string[] parts = link.Split('#');
        string target = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
        return Path.Exists(target) && (parts.Length == 1 || Anchors(File.ReadAllText(target)).Contains(parts[1]));
    }

    // GitHub's anchors: lower case, without punctuation, a hyphen for each space.
    private static IEnumerable<string> Anchors(string text) => Heading().Matches(CodeBlock().Replace(text, ""))
        .Select(match => Punctuation().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\s_-]")]
    private static partial Regex Punctuation();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
