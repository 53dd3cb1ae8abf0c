using System.Diagnostics;
using System.Text.Json;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Rules;

/// <summary>
/// The rules against an independent transcription of the recipes (python/recipes.py, run by python3) on real files. A sample of them,
/// or with DATAFORGE_TEST_ALL=1 every file of the machine; what may differ is what docs/rules.md says differs.
/// </summary>
public class RecipesAgreementTests
{
    private static readonly bool All = Environment.GetEnvironmentVariable("DATAFORGE_TEST_ALL") == "1";

    private static CleanOptions Options(CleanPreset preset) => new()
    {
        Preset = preset,
        Rules =
        {
            [LinesMinRule.MinLines] = 5, [LinesMaxRule.MaxLines] = 100_000, [AlphanumericRule.MinAlphanumeric] = 0.25,
            [AlphabeticRule.MinAlphabetic] = 0.25, [GeneratedRule.DropGenerated] = true, [XmlRule.DropXml] = true,
            [FewAssignmentsRule.MinAssignments] = 5, [NoKeywordsRule.NoKeywordsDrop] = 1, [ConfigOrTestRule.ConfigOrTestDrop] = 1,
            [EncodedDataRule.DropEncodedData] = true, [KeywordsRule.MinKeywords] = 3, [SyntaxRule.MustParse] = true,
            [CommentShareRule.MinCommentShare] = 0.01, [CommentShareRule.MaxCommentShare] = 0.8,
        },
    };

    [Fact]
    public void All_realFiles_failSameTextRules() => Compare(
        tokens: false, sample: 16,
        [
            "lines_min", "lines_max", "line_max", "line_mean", "alphanumeric", "alphabetic", "generated", "xml", "few_assignments",
            "no_keywords", "config_or_test", "encoded_data"]);

    [Fact]
    public void All_realFiles_failSameTokenRules() => Compare(tokens: true, sample: 80, ["syntax", "keywords_min", "comment_share"]);

    private static void Compare(bool tokens, int sample, string[] rules)
    {
        string[] files = [.. RealPython.Files().Where((_, i) => All || i % sample == 0).Where(file => new FileInfo(file).Length < 1 << 20)];
        Assert.SkipWhen(files.Length < 50, "no Python library on this machine");
        List<string[]?> theirs = Transcription(files, tokens);
        var judged = new JudgedText();
        var source = new SourceText();
        var set = new RuleSet(RuleSettings.Of(Options(CleanPreset.StarCoder)));
        var differences = new List<string>();
        int compared = 0;
        int explained = 0;
        for (int i = 0; i < files.Length; i++)
        {
            byte[] bytes = File.ReadAllBytes(files[i]);
            if (theirs[i] is not { } expected || !source.Decode(bytes) || source.Encoding is not ("utf-8" or "utf-8-sig"))
            {
                continue;
            }

            judged.Set(BlobId.Of(bytes), bytes.Length, source.Memory);
            HashSet<string> ours =
            [
                .. set.All(judged).Select(finding => finding.Rule == "python2" ? "syntax" : finding.Rule).Where(rules.Contains)
            ];
            HashSet<string> other = [.. expected.Where(rules.Contains)];
            if (other.Contains("syntax") || ours.Contains("syntax"))
            {
                // What does not parse has no tokens to count.
                ours.IntersectWith(["syntax"]);
                other.IntersectWith(["syntax"]);
            }

            compared++;
            foreach (string rule in ours.Except(other).Concat(other.Except(ours)))
            {
                if (IsExplained(rule, source.Text, judged))
                {
                    explained++;
                }
                else
                {
                    differences.Add($"{files[i]}: {rule} {(ours.Contains(rule) ? "only here" : "only there")}");
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} files, {explained} explained differences, {differences.Count} others");
        if (All)
        {
            Console.WriteLine($"{compared} files, {explained} explained differences, {differences.Count} others");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {compared} files:\n" + string.Join('\n', differences.Take(30)));
    }

    // docs/rules.md, "Where the rules differ from the recipes".
    private static bool IsExplained(string rule, ReadOnlySpan<byte> text, JudgedText judged) => rule switch
    {
        "config_or_test" => text.Count((byte)'\n') < 20,
        "generated" => text.IndexOfAny("\u000b\u000c\u001c\u001d\u001e"u8) >= 0,
        "comment_share" => !System.Text.Ascii.IsValid(text),
        "syntax" => (judged.Facts.Features & DataForge.Python.SyntaxFeatures.NewerThan311) != 0,
        _ => false,
    };

    private static List<string[]?> Transcription(string[] files, bool tokens)
    {
        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Cleaner.Tests", "python", "recipes.py");
        var start = new ProcessStartInfo("python3", ["-I", script, .. tokens ? ["--tokens"] : Array.Empty<string>()])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task feed = Task.Run(() =>
        {
            process.StandardInput.Write(string.Join('\n', files));
            process.StandardInput.Close();
        });
        var found = new List<string[]?>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            found.Add(JsonSerializer.Deserialize<string[]>(line));
        }

        feed.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(files.Length, found.Count);
        return found;
    }
}
