using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>
/// Licence texts changed in ways that change no right, from a generator. The full check (<c>./dataforge check licenses-generated</c>) makes
/// 1,000 and demands that 98 % keep their class; the suite tries a few of each kind.
/// </summary>
public class GeneratedHarmlessTests
{
    private const int FewCases = 54;
    private const double SmallestShare = 0.98;

    // Two per cent of the few, rounded up.
    private const int MostOfFew = 2;

    [Fact]
    public void LicenseOf_generatedHarmlessChanges_classIsKept()
    {
        var detector = new LicenseDetector();
        var failures = new List<string>();
        int count = GeneratedCases.IsFull ? GeneratedCases.Count : FewCases;
        for (int i = 0; i < count; i++)
        {
            (GeneratedLicenseCase made, LicenseClass expected) = HarmlessGenerator.Make(GeneratedCases.Seed, i);
            (string Expression, LicenseClass Class, string Source) found = FieldCases.LicenseOf(made.Files, detector);
            if (found.Class != expected)
            {
                failures.Add($"number {i} (expected {expected}) " + made.Describe(found));
            }
        }

        GeneratedCases.Report("harmless-failures.txt", $"{count - failures.Count} of {count} harmless changes keep their class", failures);
        double most = GeneratedCases.IsFull ? count * (1 - SmallestShare) : MostOfFew;
        Assert.True(failures.Count <= most, $"{failures.Count} of {count} changed\n{string.Join('\n', failures.Take(3))}");
    }
}
