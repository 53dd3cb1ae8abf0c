using System.Text.Json;
using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Sets;

/// <summary>
/// APPS (https://github.com/hendrycks/apps): a folder with a folder for each problem, or JSON lines with the same fields. A solution is a
/// script that reads its standard input, or a function (or a method of <c>Solution</c>) that is called; each test is judged by itself.
/// </summary>
public sealed class AppsSet : IBenchmarkSet
{
    private const int MostReferences = 5;

    private const string Answer = "answer_of_the_program";

    // Solutions count on names that the contests' sites have imported.
    private const string Imports =
        """
        import collections, fractions, functools, heapq, itertools, math, random, sys, time
        from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
        from functools import lru_cache
        from heapq import *
        from itertools import accumulate, combinations, permutations, product
        from math import ceil, cos, exp, fabs, floor, gcd, log, log2, sin, sqrt, tan
        from typing import List, Tuple
        try:
            import numpy as np
        except ImportError:
            pass

        """;

    // APPS puts a script's statements into a function, which does not compile where there are none.
    private const string EmptyFunction = "\ndef code():\n";

    private static readonly string Comparison = PythonScript.Read("apps.py");

    private static readonly string[] ScriptName = [ProgramJob.RunScript], AnswerName = [Answer];

    /// <inheritdoc/>
    public string Name => "apps";

    /// <inheritdoc/>
    public string HubName => "codeparrot/apps";

    /// <summary>For each test.</summary>
    public double CpuLimit => 4;

    /// <summary>A problem may have few tests with one answer.</summary>
    public bool TrivialAnswersMayPass => true;

    /// <summary>What follows an answer in a text that goes on with the next problem.</summary>
    public IReadOnlyList<string> StopStrings { get; } = ["\nQUESTION:", "\nANSWER:"];

    /// <inheritdoc/>
    public IReadOnlyList<Problem> Read(string path) => [.. Sources(path).Select(Of)];

    /// <summary>Reads samples as APPS's scripts write them (<c>all_codes.json</c>), or as lines.</summary>
    public IReadOnlyList<Sample> ReadSamples(string path) =>
        [.. SampleFile.ReadEither(path).Select(sample => sample with { ProblemId = IdOf(sample.ProblemId) })];

    private static IEnumerable<AppsSource> Sources(string path) => Directory.Exists(path)
        ? AppsSource.ReadFolder(path)
        : JsonLines.Read(path).Select(line => AppsSource.Of(line.Value, path, line.Line));

    // APPS numbers its problems: the folder of number 7 is 0007.
    private static string IdOf(string name) => int.TryParse(name, out int number) ? $"{number}" : name;

    private static Problem Of(AppsSource source)
    {
        IReadOnlyList<JsonElement> inputs = source.Inputs, outputs = source.Outputs;
        bool isScript = source.Function is null;
        return new Problem(
            IdOf(source.Id), source.Solutions.FirstOrDefault() ?? "", Build, (top, expression) => isScript
                ? $"{top}\nprint({expression})\n"
                : $"{top}\ndef {source.Function}(*args, **kwargs):\n    return {expression}\n")
        {
            Prompt = source.Prompt,
            OtherReferences = [.. source.Solutions.Skip(1).Take(MostReferences - 1)],
            Group = source.Difficulty,
        };

        IReadOnlyList<ProgramJob> Build(string completion)
        {
            string program = Imports + completion;
            if (isScript)
            {
                program += HasStatement(completion) ? "" : EmptyFunction;
            }
            else
            {
                string owner = completion.Contains("class Solution", StringComparison.Ordinal) ? "Solution()." : "";
                program += $"\n{Answer} = {owner}{source.Function}\n";
            }

            return [.. Enumerable.Range(0, inputs.Count).Select(i => Test(program, i))];
        }

        ProgramJob Test(string program, int index) => isScript
            ? new ProgramJob(
                program, Comparison,
                $"assert is_output({ProgramJob.RunScript}({Input(inputs[index])}), {PythonText.JsonLiteral(outputs[index])})", ScriptName)
            {
                IsScript = true,
            }
            : new ProgramJob(
                program, Comparison,
                $"assert is_answer({Answer}(*arguments_of({PythonText.JsonLiteral(inputs[index])})), "
                + $"{PythonText.JsonLiteral(outputs[index])})",
                AnswerName);
    }

    // The imports at its beginning stay outside the function.
    private static bool HasStatement(string script) => script.Split('\n').SkipWhile(IsImport).Select(line => line.Trim())
        .Any(line => line.Length > 0 && line[0] != '#');

    private static bool IsImport(string line) =>
        line.StartsWith("import ", StringComparison.Ordinal) || line.StartsWith("from ", StringComparison.Ordinal);

    // A list of lines is one text.
    private static string Input(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? $"\"\\n\".join(json.loads({PythonText.JsonLiteral(value)}))"
        : $"json.loads({PythonText.JsonLiteral(value)})";
}
