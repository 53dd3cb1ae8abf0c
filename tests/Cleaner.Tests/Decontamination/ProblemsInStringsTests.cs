using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Decontamination;

/// <summary>Problems of benchmarks inside strings, inside JSON, in lists of lines, and with comments at line ends.</summary>
public class ProblemsInStringsTests
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Find_reportedFiles_allHoldTheProblem()
    {
        string? benchmark = SharedFiles.Find("cases", "reports", "D8-benchmark.jsonl");
        string? files = SharedFiles.Find("cases", "reports", "D8-benchmark-in-strings.jsonl");
        Assert.SkipWhen(benchmark is null || files is null, "the cases are absent");
        var scanner = new BenchmarkIndex.Scanner(BenchmarkIndex.Load([benchmark!])!);
        foreach (string line in File.ReadLines(files!))
        {
            using JsonDocument row = JsonDocument.Parse(line);
            byte[] content = Encoding.UTF8.GetBytes(row.RootElement.GetProperty("content").GetString()!);
            Assert.True(scanner.Find(content) is not null, row.RootElement.GetProperty("path").GetString());
        }
    }

    [Fact]
    public void Find_problemsInStringsAndJson_areFound()
    {
        string?[] benchmarks = [SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz"), SharedFiles.Find("eval", "mbpp", "mbpp.jsonl")];
        Assert.SkipWhen(benchmarks.Contains(null), "the benchmark files are absent");
        string[] paths = [.. benchmarks.OfType<string>()];
        var scanner = new BenchmarkIndex.Scanner(BenchmarkIndex.Load(paths)!);
        int planted = 0;
        var missed = new List<string>();
        foreach (BenchmarkText text in paths.SelectMany(BenchmarkProblems.Read).Where(text => text.Part != "docstring"))
        {
            // What is found as it stands must be found in each of these.
            if (scanner.Find(Encoding.UTF8.GetBytes(text.Text)) is not null)
            {
                foreach ((string kind, string file) in Dress(text.Text.ReplaceLineEndings("\n")))
                {
                    planted++;
                    if (scanner.Find(Encoding.UTF8.GetBytes(file)) is null)
                    {
                        missed.Add($"{kind}: {text.Problem} {text.Part}");
                    }
                }
            }
        }

        Assert.True(planted > 5_000, $"{planted}");
        Assert.True(missed.Count <= 0.01 * planted, $"{missed.Count} of {planted}:\n" + string.Join('\n', missed.Take(60)));
    }

    [Theory]
    [InlineData("value = compute(first, second)  # the third\nreturn value\n")]
    [InlineData("# value = compute(first, second)  # the third\n# return value\n")]
    [InlineData("T = 'value = compute(first, second)  # it\\nreturn value\\n'")]
    [InlineData("T = \"value = compute(first, second)\\t # it\\\\nreturn value\"")]
    public void Next_commentBehindCode_isLeftOut(string text)
    {
        string[] tokens = [.. Tokens(text)];
        string[] expected = [.. Tokens("value = compute(first, second) return value")];
        Assert.Equal(expected, tokens[^expected.Length..]);
    }

    [Fact]
    public void Next_commentAtAnyPlaceOfBlocks_isLeftOut()
    {
        // Blocks have 64 bytes: comments, escapes and commas behind quotes lie across their borders.
        string[] expected = [.. Tokens("first second third fourth")];
        for (int before = 0; before < 140; before++)
        {
            string text = new string(' ', before) + "first  # " + new string('x', before % 70) + "\n'second',\\n'third'\\\\nfourth";
            Assert.Equal(expected, Tokens(text));
        }
    }

    [Fact]
    public void Read_gzipThatIsCutOff_fails()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50).Select(i =>
                $"{{\"task_id\": \"T/{i}\", \"prompt\": \"Write a function that gives the number {i * 7919} of things.\"}}\n"))));
        }

        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "problems.jsonl.gz");
        byte[] whole = packed.ToArray();
        File.WriteAllBytes(path, whole);
        Assert.Equal(50, BenchmarkProblems.Read(path).Count);
        foreach (int length in new[] { 0, 5, whole.Length / 2, whole.Length - 8, whole.Length - 1 })
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<DataForgeException>(() => BenchmarkProblems.Read(path));
        }
    }

    private static IEnumerable<(string Kind, string File)> Dress(string text)
    {
        string[] lines = [.. text.Split('\n').Select(line => line + "\n")];
        string json = JsonSerializer.Serialize(new { id = 1, prompt = text }, Plain);
        yield return ("literal", $"P = {Literal(text)}\n");
        yield return ("literal lines", "P = (\n" + string.Concat(lines.Select(line => $"    {Literal(line)}\n")) + ")\n");
        yield return ("list of lines", "P = [\n" + string.Concat(lines.Select(line => $"    {Literal(line)},\n")) + "]\n");
        yield return ("JSON", $"P = {json}\n");
        yield return ("JSON in a string", $"P = {Literal(json)}\n");
        yield return ("JSON lines in a string", $"P = {Literal(JsonSerializer.Serialize(lines, Plain))}\n");
        yield return ("commented out", string.Concat(lines.Select(line => "# " + line)));
        yield return ("comments at line ends", string.Concat(lines.Select(line => IsCode(line) ? line[..^1] + "  # so it is\n" : line)));
    }

    // Not a blank line, and not one that a backslash continues.
    private static bool IsCode(string line) => line.Trim().Length > 0 && !line.EndsWith("\\\n", StringComparison.Ordinal);

    private static string Literal(string text) =>
        "'" + text.Replace("\\", "\\\\").Replace("'", "\\'").Replace("\n", "\\n").Replace("\t", "\\t") + "'";

    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        for (var reader = new TokenReader(Encoding.UTF8.GetBytes(text)); reader.Next(out ulong token);)
        {
            tokens.Add(token.ToString("x"));
        }

        return tokens;
    }
}
