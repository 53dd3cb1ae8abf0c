using System.Text;
using System.Text.RegularExpressions;
using DataForge.Cleaner.Decontamination;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Decontamination;

public class BenchmarkIndexTests
{
    private static string[]? Files()
    {
        string?[] files = [SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz"), SharedFiles.Find("eval", "mbpp", "mbpp.jsonl")];
        return files.Contains(null) ? null : [.. files.OfType<string>()];
    }

    [Fact]
    public void Find_plantedProblems_areFoundHoweverDressed()
    {
        string[]? benchmarks = Files();
        Assert.SkipWhen(benchmarks is null, "the benchmark files are absent");
        string[] hosts = [.. RealPython.Files().Where(file => new FileInfo(file).Length is > 2000 and < 40_000).Take(200)];
        Assert.SkipWhen(hosts.Length < 50, "no Python library on this machine");
        BenchmarkIndex index = BenchmarkIndex.Load(benchmarks!)!;
        var scanner = new BenchmarkIndex.Scanner(index);
        int planted = 0;
        int found = 0;
        var missed = new List<string>();
        foreach (BenchmarkText text in benchmarks!.SelectMany(BenchmarkProblems.Read).Where(text => text.Part != "docstring"))
        {
            string host = File.ReadAllText(hosts[planted % hosts.Length]);
            int middle = host.IndexOf('\n', host.Length / 2) + 1;
            foreach (string dressed in Dress(text.Text))
            {
                planted++;
                string file = host[..middle] + "\n" + dressed + "\n" + host[middle..];
                bool isFound = scanner.Find(Encoding.UTF8.GetBytes(file)) is not null;
                found += isFound ? 1 : 0;
                if (!isFound)
                {
                    missed.Add($"{text.Problem} {text.Part}: {text.Text.Trim()[..Math.Min(60, text.Text.Trim().Length)]}");
                }
            }
        }

        string report = $"{found} of {planted} found, {index.Count} texts, {index.TooShort} too short";
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.True(found >= 0.99 * planted, report + "\n" + string.Join('\n', missed.Distinct().Take(60)));
    }

    [Fact]
    public void Find_realFiles_almostNoneIsDropped()
    {
        string[]? benchmarks = Files();
        Assert.SkipWhen(benchmarks is null, "the benchmark files are absent");
        var scanner = new BenchmarkIndex.Scanner(BenchmarkIndex.Load(benchmarks!)!);
        string[] files = [.. RealPython.Files()];
        Assert.SkipWhen(files.Length < 500, "no Python library on this machine");
        List<string> dropped = [.. files.Select(file => (file, found: scanner.Find(File.ReadAllBytes(file)))).Where(item => item.found is not null).Select(item => $"{item.file}: {item.found!.Problem} {item.found.Part}")];
        TestContext.Current.TestOutputHelper?.WriteLine($"{dropped.Count} of {files.Length}: {string.Join("; ", dropped)}");
        Assert.True(dropped.Count <= 0.001 * files.Length, $"{dropped.Count} of {files.Length}:\n" + string.Join('\n', dropped));
    }

    // As it is, indented anew, with other quotes, and as comments.
    private static IEnumerable<string> Dress(string text)
    {
        yield return text;
        yield return string.Join('\n', text.Split('\n').Select(line => "        " + Regex.Replace(line, "^( +|\t+)", match => string.Concat(Enumerable.Repeat("   ", match.Length)))));
        yield return text.Replace("\"\"\"", "'''").Replace("\r\n", "\n");
    }

    [Fact]
    public void Find_textAnywhereInALongFile_isFound()
    {
        // Files are read a thousand tokens at a time; a text may lie across two of these.
        string[] words = [.. Enumerable.Range(0, 14).Select(i => $"word{i}")];
        var scanner = new BenchmarkIndex.Scanner(new BenchmarkIndex([new BenchmarkText("problem", "prompt", string.Join(' ', words))]));
        for (int before = 0; before < 3_200; before += before is > 980 and < 1_060 or > 2_000 and < 2_080 ? 1 : 97)
        {
            string filler = string.Concat(Enumerable.Range(0, before).Select(i => $"filler_{i % 13} "));
            Assert.NotNull(scanner.Find(Encoding.UTF8.GetBytes(filler + string.Join(' ', words))));
            Assert.NotNull(scanner.Find(Encoding.UTF8.GetBytes(filler + string.Join(' ', words) + " " + filler)));
            Assert.Null(scanner.Find(Encoding.UTF8.GetBytes(filler + string.Join(' ', words[..^1]) + " " + filler)));
        }
    }
}
