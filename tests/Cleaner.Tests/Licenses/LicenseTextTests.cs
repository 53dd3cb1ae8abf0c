using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

public class LicenseTextTests
{
    [Fact]
    public void Find_everySpdxText_matchesItselfOrEqualText()
    {
        var matcher = new LicenseTextMatcher();
        var words = new LicenseWords();
        var wrong = new List<string>();
        int count = 0;
        foreach ((string[] ids, byte[] text) in LicenseTemplates.ReadTexts())
        {
            words.Read(text);
            uint[] own = words.Hashes.ToArray();
            List<LicenseMatch> found = matcher.Find(own);
            count++;
            if (!found.Exists(match => match.Template.Ids.Contains(ids[0]) || match.Template.Words.AsSpan(match.Template.BodyStart..match.Template.BodyEnd).SequenceEqual(own.AsSpan().Slice(Math.Min(own.Length, match.Template.BodyStart), Math.Min(match.Template.BodyLength, Math.Max(0, own.Length - match.Template.BodyStart))))))
            {
                wrong.Add($"{ids[0]} ({own.Length}): {string.Join(", ", found.Select(match => $"{match.Template.Id} {match.Similarity:F3} {match.Start}-{match.End}"))}{(matcher.NearMiss ? " near" : "")}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}:\n" + string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("/usr/lib/python3.11/LICENSE.txt")]
    public void OfLicenseFile_python_isPsf(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"{path} is absent");
        LicenseFinding found = new LicenseDetector().OfLicenseFile(File.ReadAllBytes(path));
        Assert.Equal("PSF-2.0", found.Expression);
        Assert.Equal(LicenseClass.Permissive, SpdxExpression.ClassOf(found.Expression));
    }
}
