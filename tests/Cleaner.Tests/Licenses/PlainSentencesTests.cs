using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Sentences beside a known licence: what is not understood makes the whole unknown.</summary>
public class PlainSentencesTests
{
    [Theory]
    [InlineData("One copy per household.")]
    [InlineData("Hobbyists only.")]
    [InlineData("Valid on Sundays.")]
    [InlineData("The firmware blobs are a different matter and stay with the vendor.")]
    [InlineData("The trained networks shipped with each release remain our property.")]
    [InlineData("We kindly ask that you do not use this commercially.")]
    [InlineData("Please obtain permission before publishing results.")]
    [InlineData("Kindly refrain from hosting this for others.")]
    [InlineData("This offer stands for as long as Acme exists.")]
    [InlineData("Output generated with the tool belongs to Acme.")]
    [InlineData("Sanctioned countries are out.")]
    [InlineData("Copies may be kept for thirty days.")]
    [InlineData("Forks have to keep the name and the update server.")]
    [InlineData("Fonts:")]
    [InlineData("Covered: the parser. Not covered: the rest.")]
    [InlineData("The game data carry this notice:")]
    public void OfLicenseFile_sentenceThatIsNotUnderstoodBesideMit_isUnknown(string sentence)
    {
        string text = LicenseNearMissTests.TextOf("MIT");
        var detector = new LicenseDetector();
        Assert.Contains(SpdxLicenses.Unknown, detector.OfLicenseFile(Encoding.UTF8.GetBytes($"{text}\n{sentence}\n")).Expression);
        Assert.Contains(SpdxLicenses.Unknown, detector.OfLicenseFile(Encoding.UTF8.GetBytes($"{sentence}\n\n{text}")).Expression);
    }

    [Theory]
    [InlineData("Frobnicate, a toolkit for bending spoons")]
    [InlineData("Certbot ACME client")]
    [InlineData("Frob was started by Ada Lovelace in 2009 and is now developed by a team of volunteers.")]
    [InlineData("Parts of the parser come from libquux, under the same license.")]
    [InlineData("Report bugs at https://example.org/issues")]
    [InlineData("Contact: Ada Lovelace <ada@example.org>")]
    [InlineData("Questions about this license can be sent to legal@example.org.")]
    [InlineData("If you publish results obtained with Frob, please consider citing our article.")]
    [InlineData("Work on this was funded by the European Union (grant agreement 12345).")]
    [InlineData("This software is free for everyone, for any purpose.")]
    [InlineData("Before version 2.0, Frob was under the GPL. Since 2.0 it is under the MIT license:")]
    [InlineData("On Debian systems, the full text of the license can be found in /usr/share/common-licenses/BSD.")]
    [InlineData("MIT License (also called the Expat license)")]
    [InlineData("Happy hacking!")]
    public void OfLicenseFile_neutralSentenceBesideMit_isMit(string sentence)
    {
        string text = LicenseNearMissTests.TextOf("MIT");
        Assert.Equal("MIT", new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes($"{sentence}\n\n{text}")).Expression);
    }

    [Theory]
    [InlineData("MIT on weekends")]
    [InlineData("Apache 2.0 plus the ethical rider")]
    [InlineData("MIT, for now")]
    [InlineData("BSD (ask first)")]
    [InlineData("MIT + anti-war clause")]
    [InlineData("MIT for research groups")]
    [InlineData("mostly MIT")]
    [InlineData("Modified MIT")]
    public void OfHeader_lineThatSaysMoreThanALicense_isNotPermissive(string value)
    {
        string found = new LicenseDetector().OfHeader(Encoding.UTF8.GetBytes($"# Things.\n#\n# License: {value}\n")).Expression;
        Assert.True(found.Length > 0 && !SpdxExpression.IsPermissive(found), found);
    }

    [Theory]
    [InlineData("MIT License", "MIT")]
    [InlineData("MIT, see LICENSE for more details.", "MIT")]
    [InlineData("Standard 3-clause BSD; see \"license.txt\" for full license terms and contributor agreement.", "BSD-3-Clause")]
    [InlineData("MIT, Copyright (c) 2020 Ada Lovelace", "MIT")]
    public void OfHeader_lineWithAPointer_isTheLicense(string value, string expected)
    {
        Assert.Equal(expected, new LicenseDetector().OfHeader(Encoding.UTF8.GetBytes($"# Things.\n#\n# License: {value}\n")).Expression);
    }
}
