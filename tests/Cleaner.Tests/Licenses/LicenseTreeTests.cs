using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Tests.Licenses;

public class LicenseTreeTests
{
    private const string Text = """

        Unless specified otherwise (see below), the above license and copyright applies
        to all files in this repository.

        Individual files may include additional copyright holders.

        The ports may include third-party software that is licensed under different terms.
        These licenses are summarised in the tree below. Note that (L)GPL-licensed code
        listed below is only used during the build process.

        / (MIT)
            /lib
                /small (BSD-3-Clause)
                    /tools
                        /config (GPL-2.0-or-later)
                /numbers (NONE)
            /ports
                /usb*.c (Vendor License Agreement V2)
            /tools
                /dfu.py (LGPL-3.0-only)

        """;

    [Fact]
    public void OfLicenseFile_treeOfLicensesBelowAText_paths()
    {
        LicenseFinding found = new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(Sample.Mit + Text));

        Assert.Equal("MIT", found.Expression);
        Assert.Equal(
            ["lib/small/tools/config GPL-2.0-or-later", "lib/numbers LicenseRef-unknown", "ports/usb*.c LicenseRef-unknown", "tools/dfu.py LGPL-3.0-only"],
            found.Scopes.Select(scope => $"{scope.Patterns[0]} {scope.License}"));
    }

    [Fact]
    public void OfLicenseFile_restrictionBesideATree_isUnknown() =>
        Assert.False(
            SpdxExpression.IsPermissive(
                new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(Sample.Mit + "\nUse by companies needs a contract.\n" + Text)).Expression));

    [Theory]
    [InlineData("no tree: /a (MIT)\n    /b (GPL-2.0-only)\n")]
    [InlineData("one line\n    /a (MIT)\nand more\n")]
    public void Find_lessThanThreeLines_isNoTree(string text) => Assert.Null(LicenseTree.Find(text));
}
