using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>
/// Near misses of permissive licences, from a generator. The full check (<c>./dataforge check licenses-generated</c>) makes 1,000 and
/// demands that none is called permissive; the suite tries a few of each kind.
/// </summary>
public class GeneratedNearMissTests
{
    private const int FewCases = 52;

    [Fact]
    public void LicenseOf_generatedNearMisses_isNotPermissive()
    {
        var detector = new LicenseDetector();
        var failures = new List<string>();
        int count = GeneratedCases.IsFull ? GeneratedCases.Count : FewCases;
        for (int i = 0; i < count; i++)
        {
            GeneratedLicenseCase made = NearMissGenerator.Make(GeneratedCases.Seed, i);
            (string Expression, LicenseClass Class, string Source) found = FieldCases.LicenseOf(made.Files, detector);
            if (found.Class is LicenseClass.Permissive or LicenseClass.PublicDomain)
            {
                failures.Add($"number {i} " + made.Describe(found));
            }
        }

        GeneratedCases.Report("near-miss-failures.txt", $"{failures.Count} of {count} near misses are called permissive", failures);
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} are called permissive\n{string.Join('\n', failures.Take(3))}");
    }
}
