using System.Diagnostics;
using System.Text;
using System.Text.Unicode;
using DataForge.Python;

namespace DataForge.Python.Tests;

/// <summary>
/// The parser against CPython's own <c>ast.parse</c>. Ordinary runs take a sample of the reference's standard library;
/// <c>DATAFORGE_TEST_PARSER_FILES</c> (folders, parted by colons) and <c>DATAFORGE_TEST_PARSER_MUTATIONS</c> (a count) make it as long as wanted,
/// <c>DATAFORGE_TEST_PARSER_REPORT</c> names a file for what disagrees.
/// </summary>
public class CPythonAgreementTests
{
    private const int SampleFiles = 120;
    private const int SampleMutations = 1500;
    private const int LargestMutated = 8 * 1024;

    [Fact]
    public void Check_realFiles_agreesWithCPython()
    {
        using CPython? reference = CPython.FindPython3();
        Assert.SkipWhen(reference is null, "no python3 on this machine");
        List<string> files = PythonFiles.All();
        Tally tally = new(reference);
        foreach (string file in PythonFiles.IsLongRun ? files : PythonFiles.Sample(files, SampleFiles))
        {
            byte[] source = File.ReadAllBytes(file);
            if (Utf8.IsValid(source))
            {
                tally.Compare(source, file);
            }
        }

        tally.Finish("files");
        Assert.True(tally.Agreement >= 0.9995, tally.Summary);
    }

    [Fact]
    public void Check_oneTokenDeletedDoubledOrSwapped_agreesWithCPython() =>
        CompareMutations("token mutations", static (mutator, source) => (mutator.Mutate(source, out string what), what));

    [Fact]
    public void Check_bytesChanged_agreesWithCPython() =>
        CompareMutations("byte mutations", static (mutator, source) => (mutator.MutateBytes(source, out string what), what));

    /// <summary>Small sources full of rare syntax, changed by a few bytes, against a CPython that knows all of it.</summary>
    [Fact]
    public void Check_casesChanged_agreesWithCPython314()
    {
        using CPython? reference = CPython.FindNewer();
        Assert.SkipWhen(reference is null || !reference.IsAtLeast(3, 14), "no CPython 3.14 on this machine (npm's pyodide 314 has one)");

        // Without names of characters, which the parser does not look up.
        List<byte[]> sources =
            [.. PythonParserTests.Cases().Where(one => one.Expected == 'V' && !one.Line.Contains("N{")).Select(one => one.Source)];
        Tally tally = new(reference);
        Mutator mutator = new(seed: 31);
        for (int i = 0; i < MutationCount; i++)
        {
            byte[] mutated = mutator.MutateBytes(sources[i % sources.Count], out string what);
            if (Utf8.IsValid(mutated))
            {
                tally.Compare(mutated, $"{what} {System.Text.Json.JsonSerializer.Serialize(Encoding.UTF8.GetString(mutated))}");
            }
        }

        tally.Finish("changed cases");
        Assert.True(tally.Agreement >= 0.999, tally.Summary);
    }

    private static int MutationCount =>
        int.TryParse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_PARSER_MUTATIONS"), out int asked) ? asked : SampleMutations;

    private static void CompareMutations(string name, Func<Mutator, byte[], (byte[] Mutated, string What)> mutate)
    {
        using CPython? reference = CPython.FindPython3();
        Assert.SkipWhen(reference is null, "no python3 on this machine");
        int count = MutationCount;
        List<byte[]> sources = [];
        ParseFacts facts = new();
        foreach (string file in PythonFiles.Sample(PythonFiles.All(), Math.Max(60, count / 5)))
        {
            if (new FileInfo(file).Length is > 100 and <= LargestMutated && File.ReadAllBytes(file) is var source
                && PythonParser.Check(source, facts).Outcome != ParseOutcome.Invalid && facts.Tokens > 10)
            {
                sources.Add(source);
            }
        }

        Tally tally = new(reference);
        Mutator mutator = new(seed: 20240917);
        for (int i = 0; i < count; i++)
        {
            (byte[] mutated, string what) = mutate(mutator, sources[i % sources.Count]);
            if (Utf8.IsValid(mutated))
            {
                tally.Compare(mutated, what);
            }
        }

        tally.Finish(name);
        Assert.True(tally.Agreement >= 0.999, tally.Summary);
    }

    /// <summary>Verdicts side by side, the reference's and, where they differ, those of a newer CPython and of a Python 2.7.</summary>
    private sealed class Tally(CPython reference)
    {
        private readonly StringBuilder _report = new();
        private readonly Dictionary<string, int> _kinds = [];
        private readonly Stopwatch _parsing = new();
        private long _bytes;
        private int _total;
        private int _disagreements;

        public double Agreement => _total == 0 ? 1 : 1 - (double)_disagreements / _total;

        public string Summary => $"{_total} sources, {_disagreements} disagreements, agreement {Agreement:P4}; "
            + string.Join(", ", _kinds.OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"{kind.Key} {kind.Value}"));

        public void Compare(byte[] source, string name)
        {
            ParseFacts facts = new();
            _parsing.Start();
            ParseVerdict verdict = PythonParser.Check(source, facts);
            _parsing.Stop();
            _bytes += source.Length;
            _total++;
            char judged = reference.Judge(source);
            Count($"{verdict.Outcome}/{judged}");
            bool python3 = verdict.Outcome == ParseOutcome.Valid
                || (verdict is { Outcome: ParseOutcome.Python2, Reason: SyntaxErrorKind.None } && reference.IsAtLeast(3, 14));
            if (judged == 'R' || python3 == (judged == 'V'))
            {
                if (verdict.Outcome == ParseOutcome.Python2 || (judged == 'E' && Second.Python2.Value is not null))
                {
                    ComparePython2(verdict, source, name);
                }

                return;
            }

            SyntaxFeatures unknown =
                facts.Features & (reference.IsAtLeast(3, 12) ? SyntaxFeatures.NewerThan313 : SyntaxFeatures.NewerThan311);
            bool newer = verdict.Outcome == ParseOutcome.Valid && unknown != 0 && !reference.IsAtLeast(3, 14);
            char? judgedByNewer = Second.Newer.Value?.Judge(source);
            if (newer && judgedByNewer is 'V' or null)
            {
                Count("newer syntax");
            }
            else if (newer && (unknown & SyntaxFeatures.NewerThan313) != 0 && !Second.Newer.Value!.IsAtLeast(3, 14))
            {
                Count("newer than 3.13");
            }
            else
            {
                Disagree(verdict, $"{reference.Version} {judged}, newer {judgedByNewer}", source, name);
            }
        }

        public void Finish(string what)
        {
            string summary = $"{what} against Python {reference.Version}: {Summary}; "
                + $"{_bytes / _parsing.Elapsed.TotalSeconds / 1e6:F0} MB/s";
            TestContext.Current.TestOutputHelper?.WriteLine(summary);
            if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_PARSER_REPORT") is { Length: > 0 } path)
            {
                File.AppendAllText(path, $"{summary}\n{_report}");
            }
        }

        private void ComparePython2(ParseVerdict verdict, byte[] source, string name)
        {
            char? judged = Second.Python2.Value?.Judge(source);
            Count($"2.7 {verdict.Outcome}/{judged}");
            if (judged is 'V' or 'E' && verdict.Outcome == ParseOutcome.Python2 != (judged == 'V'))
            {
                Disagree(verdict, $"2.7 {judged}", source, name);
            }
        }

        private void Disagree(ParseVerdict verdict, string judged, byte[] source, string name)
        {
            _disagreements++;
            _report.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"{verdict.Outcome} {verdict.Reason} line {verdict.Line}; {judged}: {name}\n");
            if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_PARSER_REPORT") is { Length: > 0 } path)
            {
                File.WriteAllBytes($"{path}.{name.Replace('/', '_')[^Math.Min(60, name.Length)..]}.txt", source);
            }
        }

        private void Count(string kind) => _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
    }

    private static class Second
    {
        public static Lazy<CPython?> Newer { get; } = new(CPython.FindNewer);

        public static Lazy<CPython?> Python2 { get; } = new(CPython.FindPython2);
    }
}
