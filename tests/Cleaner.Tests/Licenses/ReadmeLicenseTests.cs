using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>A README's section about the licence: it counts where it speaks of the README's own project.</summary>
public class ReadmeLicenseTests
{
    private const string Before = "# Frobnicate\n\nBends spoons.\n\n## License\n\n";

    [Theory]
    [InlineData("The Zyx toolkit is licensed under the MIT License.")]
    [InlineData("See libquux for something similar under the MIT License.")]
    [InlineData("The authors of Barlib chose the Apache License 2.0; we did not.")]
    [InlineData("Our license is compatible with the Apache License 2.0, under which Barlib is published.")]
    public void OfReadme_licenseOfSomethingElse_isNotPermissive(string sentence)
    {
        string found = new LicenseDetector().OfReadme(Encoding.UTF8.GetBytes(Before + sentence + "\n")).Expression;
        Assert.True(found.Length == 0 || !SpdxExpression.IsPermissive(found), found);
    }

    [Theory]
    [InlineData("Frobnicate is licensed under the MIT License.")]
    [InlineData("This project is licensed under the MIT License.")]
    [InlineData("The code is released under the MIT License; see LICENSE.")]
    [InlineData("Licensed under the MIT License.")]
    public void OfReadme_licenseOfTheProject_isThatLicense(string sentence)
    {
        Assert.Equal("MIT", new LicenseDetector().OfReadme(Encoding.UTF8.GetBytes(Before + sentence + "\n")).Expression);
    }
}
