using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Licence files, metadata and READMEs of real repositories, held against what a careful reader takes them for.</summary>
public class FieldRepositoriesTests
{
    // Bounds are what is reached, so that no change loses any of it.
    private const int MostLost = 2;
    private const int MostPassed = 0;
    private const int FewestRightExpressions = 134;

    [Fact]
    public void Resolve_realRepositories_passAsAReaderSays()
    {
        string? folder = SharedFiles.Find("cases", "licences");
        Assert.SkipWhen(folder is null, "no ../shared/cases/licences");
        var found = FieldCases.Read(Path.Combine(folder!, "repositories.jsonl.gz"));
        int lost = 0;
        int passed = 0;
        var wrong = new List<string>();
        foreach (string line in File.ReadLines(Path.Combine(folder!, "expected.tsv")).Skip(1))
        {
            string[] cells = line.Split('\t');
            (string expression, LicenseClass value, string source) = found[cells[0]];
            bool passes = value is LicenseClass.Permissive or LicenseClass.PublicDomain;
            bool isContested = cells.Length > 4 && cells[4].Length > 0;
            bool isLost = cells[3] == "pass" && !passes && !isContested;
            bool isPassed = cells[3] == "drop" && passes;
            lost += isLost ? 1 : 0;
            passed += isPassed ? 1 : 0;
            string mark = isLost ? "LOST  " : isPassed ? "PASSED" : "      ";
            string row = $"{mark} {cells[0]}: expected {cells[1]}, found {expression} ({source})";
            TestContext.Current.TestOutputHelper?.WriteLine(row);
            if (isLost || isPassed)
            {
                wrong.Add(row);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{lost} lost, {passed} passed");
        Assert.True(lost <= MostLost, $"{lost} lost\n{string.Join("\n", wrong)}");
        Assert.True(passed <= MostPassed, $"{passed} passed\n{string.Join("\n", wrong)}");
    }

    [Fact]
    public void Resolve_realRepositories_giveTheExpressionThatAReaderGives()
    {
        string? folder = SharedFiles.Find("cases", "licences");
        Assert.SkipWhen(folder is null, "no ../shared/cases/licences");
        var found = FieldCases.Read(Path.Combine(folder!, "repositories.jsonl.gz"));
        int right = 0;
        var wrong = new List<string>();
        foreach (string[] cells in File.ReadLines(Path.Combine(folder!, "expected.tsv")).Skip(1).Select(line => line.Split('\t')))
        {
            string expression = found[cells[0]].Expression;
            bool isRight = ExpectedExpression.IsSame(cells[1], expression);
            right += isRight ? 1 : 0;
            if (!isRight)
            {
                wrong.Add($"{cells[0]}: expected {cells[1]}, found {expression}");
            }
        }

        string report = $"{right} of {right + wrong.Count} expressions are right\n{string.Join('\n', wrong)}";
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.True(right >= FewestRightExpressions, report);
    }
}
