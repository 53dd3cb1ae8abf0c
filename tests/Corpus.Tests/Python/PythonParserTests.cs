using System.Text;
using System.Text.Json;
using DataForge.Corpus.Python;

namespace DataForge.Corpus.Tests.Python;

public class PythonParserTests
{
    /// <summary>One line a case: V or E, as CPython 3.13 says, and the source as a JSON string.</summary>
    private static readonly string s_cases =
        Path.Combine(Testing.SharedFiles.ProjectRoot, "tests", "Corpus.Tests", "Python", "syntax_cases.txt");

    [Fact]
    public void Check_syntaxCases_agreesWithCPython313()
    {
        List<string> wrong = [];
        foreach ((char expected, byte[] source, string line) in Cases())
        {
            ParseFacts facts = new();
            ParseVerdict verdict = PythonParser.Check(source, facts);
            bool newer = (facts.Features & SyntaxFeatures.NewerThan313) != 0;
            if (verdict.Outcome == ParseOutcome.Valid != (expected == 'V') && !newer)
            {
                wrong.Add($"{verdict.Outcome} {verdict.Reason}: {line}");
            }
        }

        Assert.Empty(wrong);
    }

    internal static IEnumerable<(char Expected, byte[] Source, string Line)> Cases()
    {
        foreach (string line in File.ReadLines(s_cases))
        {
            yield return (line[0], Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(line[2..])!), line);
        }
    }
}
