using DataForge.Cleaner.Licenses;
using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Small repositories made after public reports about other detectors, kind by kind.</summary>
public class FieldReportsTests
{
    [Theory]
    [InlineData("L1-mention-of-a-permissive-licence", "", "GPL-3.0")]
    [InlineData("L2-mention-of-public-domain", "", "GPL-3.0")]
    [InlineData("L3-restricting-header-in-a-permissive-repository", "", "LicenseRef-unknown")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "a", "EUPL-1.2")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "b", "LicenseRef-unknown")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "c", "BUSL-1.1")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "d", "SSPL-1.0")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "e", "Elastic-2.0")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "f", "OSL-3.0")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "g", "CDDL-1.0")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "h", "MS-RL")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "i", "CPL-1.0")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "j", "CC-BY-SA-4.0")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "k", "CC-BY-NC-ND-3.0")]
    [InlineData("L4-notice-of-a-licence-not-in-the-list", "l", "wxWindows")]
    [InlineData("L5-short-gnu-tag", "a", "GPL-1.0")]
    [InlineData("L5-short-gnu-tag", "b", "LGPL-2.0")]
    [InlineData("L5-short-gnu-tag", "c", "AGPL-3.0")]
    [InlineData("L5-short-gnu-tag", "d", "GPL-1.0")]
    [InlineData("L5-short-gnu-tag", "e", "GPL-1.0")]
    [InlineData("L5-short-gnu-tag", "f", "GPL-1.0")]
    [InlineData("L6-notice-below-the-docstring-or-an-import", "", "GPL-3.0")]
    [InlineData("L7-licence-file-names", "a", "MIT")]
    [InlineData("L7-licence-file-names", "b", "MIT")]
    [InlineData("L7-licence-file-names", "c", "MIT")]
    [InlineData("L7-licence-file-names", "d", "MIT")]
    [InlineData("L7-licence-file-names", "e", "GPL-3.0")]
    [InlineData("L8-choice-not-seen", "a", "GPL-3.0 OR MIT")]
    [InlineData("L8-choice-not-seen", "b", "GPL-3.0 OR MIT")]
    [InlineData("L8-choice-not-seen", "c", "GPL-2.0 OR MIT")]
    [InlineData("L8-choice-not-seen", "d", "GPL-2.0 OR MIT")]
    [InlineData("L9-gnu-texts", "a", "GPL-2.0")]
    [InlineData("L9-gnu-texts", "b", "GPL-3.0")]
    [InlineData("L9-gnu-texts", "c", "LGPL-3.0")]
    [InlineData("L10-commons-clause-beside", "", "LicenseRef-unknown AND MIT")]
    [InlineData("L11-licence-file-not-understood-beside-metadata", "", "LicenseRef-unknown")]
    [InlineData("L12-no-gpl-code", "", "MIT")]
    [InlineData("L13-llvm-exception-text", "", "Apache-2.0 WITH LLVM-exception")]
    public void Resolve_reportedCase_isRight(string file, string repository, string expected)
    {
        string? path = SharedFiles.Find("cases", "reports", file + ".jsonl");
        Assert.SkipWhen(path is null, "no ../shared/cases/reports");
        var wrong = new List<string>();
        foreach ((string name, (string expression, LicenseClass _, string source)) in FieldCases.Read(path!))
        {
            if (name.StartsWith(repository, StringComparison.Ordinal) && Plain(expression) != expected)
            {
                wrong.Add($"{name}: {expression} ({source})");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    // "Only" and "or later" are not told apart.
    private static string Plain(string expression) =>
        expression.Replace("-only", "", StringComparison.Ordinal).Replace("-or-later", "", StringComparison.Ordinal)
            is "MIT AND LicenseRef-unknown" or "LicenseRef-unknown AND MIT" ? "LicenseRef-unknown AND MIT"
        : expression.Replace("-only", "", StringComparison.Ordinal).Replace("-or-later", "", StringComparison.Ordinal);
}
