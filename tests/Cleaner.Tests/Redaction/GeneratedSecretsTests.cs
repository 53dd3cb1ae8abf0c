using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Text;
using DataForge.Python;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>
/// Planted secrets and look-alikes, from generators. The full check (<c>./dataforge check secrets</c>) makes 3,000 of each and demands a
/// recall and a precision of 0.99; the suite tries a few. What is redacted must still parse.
/// </summary>
public class GeneratedSecretsTests
{
    private const int FewCases = 240;
    private const double Least = 0.99;

    // A few more may fail of the few, by chance, than of all.
    private const double LeastRecallOfFew = 0.97;
    private const double LeastPrecisionOfFew = 0.99;

    [Fact]
    public void Redact_generatedSecretsAndLookAlikes_recallAndPrecisionHold()
    {
        int count = GeneratedCases.IsFull ? GeneratedCases.Count : FewCases;
        var kept = new List<string>();
        var changed = new List<string>();
        var sources = new List<string>();
        for (int i = 0; i < count; i++)
        {
            SecretCase planted = PlantedSecretGenerator.Make(GeneratedCases.Seed, i);
            string redacted = Redact(planted);
            sources.Add(redacted);
            if (redacted.Contains(planted.Secret, StringComparison.Ordinal))
            {
                kept.Add($"=== kept, number {i}, {planted.Kind}\n{planted.Source}");
            }

            SecretCase alike = LookAlikeGenerator.Make(GeneratedCases.Seed, i);
            redacted = Redact(alike);
            sources.Add(redacted);
            if (redacted != alike.Source)
            {
                changed.Add($"=== changed, number {i}, {alike.Kind}\n{alike.Source}--- became\n{redacted}");
            }
        }

        double recall = (count - kept.Count) / (double)count;
        double precision = (count - kept.Count) / (double)Math.Max(1, count - kept.Count + changed.Count);
        string figures = $"recall {recall:F4} ({kept.Count} of {count} kept), precision {precision:F4} ({changed.Count} changed)";
        GeneratedCases.Report("secrets-failures.txt", figures, [.. kept, .. changed]);
        AssertParsedByCPython(sources);
        bool isEnough = GeneratedCases.IsFull
            ? recall >= Least && precision >= Least
            : recall >= LeastRecallOfFew && precision >= LeastPrecisionOfFew;
        Assert.True(isEnough, $"{figures}\n{string.Join('\n', kept.Take(5).Concat(changed.Take(5)))}");
    }

    private static string Redact(SecretCase made)
    {
        byte[] source = Encoding.UTF8.GetBytes(made.Source);
        Assert.True(IsPython(source), $"not Python before: {made.Source}");
        var shipped = new ShippedText(RuleSettings.Of(new CleanOptions()), redacts: true);
        Assert.Null(shipped.Decode(source));
        shipped.Redact();
        string redacted = Encoding.UTF8.GetString(shipped.Text);
        Assert.True(IsPython(shipped.Text), $"not Python after: {redacted}");
        return redacted;
    }

    private static bool IsPython(ReadOnlySpan<byte> source) => PythonParser.Check(source).Outcome != ParseOutcome.Invalid;

    private static void AssertParsedByCPython(List<string> sources)
    {
        const string Program = "import ast,json,sys\nfor s in json.load(sys.stdin):\n    ast.parse(s)\nprint('parsed')";
        var start = new ProcessStartInfo("python3", ["-I", "-W", "ignore", "-c", Program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("no python3 on this machine: parsed by the product's parser alone");
            return;
        }

        using (process)
        {
            JsonSerializer.Serialize(process.StandardInput.BaseStream, sources);
            process.StandardInput.Close();
            Assert.Equal("parsed", process.StandardOutput.ReadToEnd().Trim());
            process.WaitForExit();
        }
    }
}
