using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Clauses in a source file's header that take away what its licence gives.</summary>
public class DoubtfulClausesTests
{
    [Theory]
    [InlineData("Free for testing use.")]
    [InlineData("This software is provided for private purposes only.")]
    [InlineData("No other than research use is allowed.")]
    [InlineData("Each company that uses the software shall pay an annual fee to the copyright holder.")]
    [InlineData("Any form of monetization is reserved to the authors.")]
    [InlineData("Running the program on rented hardware is outside these terms.")]
    public void OfHeader_clauseBesideTheLicense_isNotPermissive(string clause)
    {
        string text = LicenseNearMissTests.TextOf("ISC");
        foreach (string header in new[] { $"{clause}\n\n{text}", $"{text}\n{clause}", $"{clause}\n\nLicensed under the MIT License." })
        {
            string found = new LicenseDetector().OfHeader(Comment(header)).Expression;
            Assert.True(found.Length > 0 && !SpdxExpression.IsPermissive(found), $"{header}: {found}");
        }
    }

    [Theory]
    [InlineData("The grant runs out at the end of the year.")]
    [InlineData("Schools and families only, please: firms write to the author first.")]
    public void OfHeader_clauseWithinTheText_isNotPermissive(string clause)
    {
        string text = LicenseNearMissTests.TextOf("MIT").Replace("The above copyright notice", clause + "\n\nThe above copyright notice");
        string found = new LicenseDetector().OfHeader(Comment(text)).Expression;
        Assert.True(found.Length > 0 && !SpdxExpression.IsPermissive(found), found);
    }

    [Theory]
    [InlineData("You should have received a copy of the Eclipse Public License 2.0 with this file.", "EPL-2.0")]
    [InlineData("The Eclipse Public License 2.0 governs this file.", "EPL-2.0")]
    [InlineData("Subject to the EUPL v1.2.", "EUPL-1.2")]
    [InlineData("You should have received a copy of the CreativeML OpenRAIL-M with this file.", SpdxLicenses.Unknown)]
    public void OfHeader_restrictingLicenseNamed_isThatLicense(string sentence, string expected)
    {
        Assert.Equal(expected, new LicenseDetector().OfHeader(Comment("Copyright (c) 2020 A. B.\n\n" + sentence)).Expression);
    }

    private static byte[] Comment(string text) =>
        Encoding.UTF8.GetBytes(string.Join('\n', text.TrimEnd().Split('\n').Select(line => $"# {line}".TrimEnd())) + "\n");
}
