using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Licence files that only name the file with the licence.</summary>
public class IncludedTextTests
{
    private static RepositoryLicenses Repository(params (string Path, string Text)[] files) => new(null, files.Select(file => (
        file.Path, Evidence.Read(
            BlobId.Of(Encoding.UTF8.GetBytes(file.Text)), EvidencePath.KindOf(file.Path, FileKind.License)!.Value,
            Encoding.UTF8.GetBytes(file.Text), new LicenseDetector()))));

    [Theory]
    [InlineData("../LICENSE", "../LICENSE")]
    [InlineData("../LICENSE\n", "../LICENSE")]
    [InlineData("See LICENSE.txt", "LICENSE.txt")]
    [InlineData("Please see the file `LICENSE.txt` in the root directory for licensing information.\n", "LICENSE.txt")]
    [InlineData("See [LICENSE](../LICENSE) file in the project root for full license information.", "LICENSE")]
    [InlineData(".. include:: ../LICENSE\n", "../LICENSE")]
    [InlineData(".. _license:\n\nLicense\n=======\n\n.. literalinclude:: ../../LICENSE.md\n   :language: text\n", "../../LICENSE.md")]
    [InlineData("# License\n\n```{include} ../LICENSE\n```\n", "../LICENSE")]
    [InlineData("--8<-- \"LICENSE\"\n", "LICENSE")]
    [InlineData("The license is in COPYING.", "COPYING")]
    [InlineData("Licensed under the MIT license.\n", null)]
    [InlineData("See LICENSE.txt, but commercial use is forbidden.\n", null)]
    [InlineData("All rights reserved.\n", null)]
    public void TargetOf_text_isThePathItNames(string text, string? expected) =>
        Assert.Equal(expected, IncludedText.TargetOf(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("docs/LICENSE", "../LICENSE")]
    [InlineData("docs/LICENSE", "See LICENSE.txt in the root directory.")]
    [InlineData("docs/license.rst", ".. include:: ../COPYING\n")]
    [InlineData("docs/license.rst", ".. include:: notes/LICENSE\n")]
    public void Resolve_textThatNamesAnother_hasItsLicence(string path, string text) => Assert.Equal(
        "MIT",
        Repository(
            ("LICENSE", Sample.Mit), ("LICENSE.txt", Sample.Mit), ("COPYING", Sample.Mit), ("docs/notes/LICENSE", "../../LICENSE"), (path, text))
            .Resolve("docs/a.py").Expression);

    [Theory]
    [InlineData("../../LICENSE")]
    [InlineData("See ABSENT.txt")]
    [InlineData("LICENSE")]
    [InlineData("../b/LICENSE")]
    public void Resolve_textThatLeadsNowhere_grantsNothing(string text) => Assert.Contains(
        Repository(("a/LICENSE", text), ("b/LICENSE", "../a/LICENSE")).Resolve("a/x.py").Class, new[] { LicenseClass.None, LicenseClass.Unknown });

    [Fact]
    public void Resolve_order_doesNotMatter()
    {
        (string, string)[] files = [("LICENSE", Sample.Mit), ("docs/LICENSE", "../LICENSE"), ("docs/COPYING", "See LICENSE")];
        Assert.Equal(
            Repository(files).Resolve("docs/a.py") with { Copyright = [] },
            Repository([.. files.Reverse()]).Resolve("docs/a.py") with { Copyright = [] });
    }
}
