using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Cleaner.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Text;

/// <summary>Licences that a source states below its header, and those of its snippets.</summary>
public class LicensesBelowTests
{
    private const string Code = "def f(x):\n    return x\n\n\n";

    private static FileLicense Judge(string source, string folder = "MIT")
    {
        var text = new ShippedText(RuleSettings.Of(new CleanOptions()), redacts: false);
        text.Decode(Encoding.UTF8.GetBytes(source));
        return HeaderLicense.Of(new HeaderCache().Of(text)).Beside(new FileLicense(folder, SpdxExpression.ClassOf(folder), "LICENSE@1"), "a.py");
    }

    [Theory]
    [InlineData(Code + "# SPDX-License-Identifier: GPL-2.0-only\n")]
    [InlineData(Code + "    # SPDX-License-Identifier: GPL-2.0-only\n")]
    [InlineData(Code + "x = 1  #: SPDX-License-Identifier: GPL-2.0-only\n")]
    [InlineData(Code + "__license__ = 'GPL-2.0-only'\n")]
    [InlineData("'''A module.'''\nimport a\nx = 1\n__license__ = \"GPL-2.0-only\"\n")]
    public void Of_statementBelow_isTheLicenceOfTheFile(string source) => Assert.Equal(
        new FileLicense("GPL-2.0-only", LicenseClass.StrongCopyleft, "header"), Judge(source));

    [Theory]
    [InlineData(Code + "TAG = '# SPDX-License-Identifier: GPL-2.0-only'\n")]
    [InlineData(Code + "TEMPLATE = '''\n# SPDX-License-Identifier: GPL-2.0-only\n__license__ = 'GPL-2.0-only'\n'''\n")]
    [InlineData(Code + "# Adds the line SPDX-License-Identifier: GPL-2.0-only\n")]
    [InlineData(Code + "# SPDX-License-Identifier: <expression>\n")]
    [InlineData(Code + "# SPDX-License-Identifier: {license}\n")]
    [InlineData(Code + "# REUSE-IgnoreStart\n# SPDX-License-Identifier: GPL-2.0-only\n# REUSE-IgnoreEnd\n")]
    [InlineData("# REUSE-IgnoreStart\n# SPDX-License-Identifier: GPL-2.0-only\n# REUSE-IgnoreEnd\n" + Code)]
    [InlineData(Code + "class A:\n    __license__ = 'GPL-2.0-only'\n")]
    public void Of_dataAndMentions_areNoStatement(string source) =>
        Assert.Equal(new FileLicense("MIT", LicenseClass.Permissive, "LICENSE@1"), Judge(source));

    [Fact]
    public void Of_nameThatIsNotKnown_isUnknown() =>
        Assert.Equal(LicenseClass.Unknown, Judge(Code + "# SPDX-License-Identifier: LicenseRef-Acme\n").Class);

    [Fact]
    public void Of_statementsInHeaderAndBelow_holdTogether() => Assert.Equal(
        "Apache-2.0 AND GPL-2.0-only",
        Judge("# Licensed under the Apache License, Version 2.0\n" + Code + "# SPDX-License-Identifier: GPL-2.0-only\n").Expression);

    [Theory]
    [InlineData("", "GPL-2.0-only AND MIT", "LICENSE@1 snippet")]
    [InlineData("# SPDX-License-Identifier: ISC\n", "GPL-2.0-only AND ISC", "header")]
    public void Of_snippet_holdsBesideTheLicenceOfTheFile(string header, string expected, string evidence)
    {
        const string Snippet = "# SPDX-SnippetBegin\n# SPDX-License-Identifier: GPL-2.0-only\nx = 1\n# SPDX-SnippetEnd\n";
        FileLicense found = Judge(header + Code + Snippet);
        Assert.Equal((expected, evidence), (found.Expression, found.Evidence));
        Assert.Equal(expected, Judge(header + Snippet + Code).Expression);
    }

    [Fact]
    public void Of_snippetsInSnippets_endOneByOne() => Assert.Equal(
        "GPL-2.0-only AND MPL-2.0 AND MIT".Split(" AND ").Order(StringComparer.Ordinal),
        Judge(
            Code + "# SPDX-SnippetBegin\n# SPDX-SnippetBegin\n# SPDX-License-Identifier: MPL-2.0\n# SPDX-SnippetEnd\n"
            + "# SPDX-License-Identifier: GPL-2.0-only\n# SPDX-SnippetEnd\nx = 1\n").Expression.Split(" AND "));
}
