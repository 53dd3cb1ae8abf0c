using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Licence texts that lack their disclaimer, or run on in one line with a copyright line.</summary>
public class LicenseVariantsTests
{
    [Theory]
    [InlineData("MIT", "THE SOFTWARE IS PROVIDED")]
    [InlineData("BSD-2-Clause", "THIS SOFTWARE IS PROVIDED")]
    [InlineData("BSD-3-Clause", "THIS SOFTWARE IS PROVIDED")]
    public void OfLicenseFile_withoutDisclaimer_isTheLicense(string id, string disclaimer)
    {
        string text = LicenseNearMissTests.TextOf(id);
        string cut = text[..text.IndexOf(disclaimer, StringComparison.Ordinal)];
        Assert.Equal(id, Find(cut));
        Assert.Equal(id, Find(cut + "There is no warranty of any kind.\n"));
        Assert.Equal(SpdxLicenses.Unknown, Find(cut + "One copy per household.\n"));
    }

    [Fact]
    public void OfLicenseFile_copyrightLineRunsIntoThePermission_isTheLicense()
    {
        string text = LicenseNearMissTests.TextOf("ISC");
        string permission = text[text.IndexOf("Permission", StringComparison.Ordinal)..];
        Assert.Equal("ISC", Find("Copyright (C) 2003-2012 Ada Lovelace. " + permission.Replace("modify, and", "modify,\nand")));
    }

    [Fact]
    public void OfLicenseFile_onlySaysWhereAKnownTextIs_isThatLicense()
    {
        Assert.Equal("PSF-2.0", Find("A copy of the python license can be found here:\nhttps://github.com/python/cpython/blob/main/LICENSE\n"));
    }

    private static string Find(string text) => new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(text)).Expression;
}
