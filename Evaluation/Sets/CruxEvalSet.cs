using System.Text.Json;
using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Sets;

/// <summary>
/// CRUXEval (https://github.com/facebookresearch/cruxeval): what a function returns for an argument, or an argument for which it returns
/// a value. The completion is an expression, which the program's process computes; the function itself runs in the checker alone, so an
/// answer that calls it fails. Where an argument is asked for, the expression may use the other names that the function's file defines.
/// </summary>
/// <param name="name">The name that <c>--set</c> takes.</param>
/// <param name="askForInput">Whether an argument is asked for, as a call of <c>f</c>; else the value that is returned.</param>
public sealed class CruxEvalSet(string name, bool askForInput) : IBenchmarkSet
{
    private static readonly string[] AnswerName = ["answer"];

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public string HubName => "cruxeval-org/cruxeval";

    /// <inheritdoc/>
    public double CpuLimit => 3;

    /// <summary>One constant is right for the problems whose answer it is.</summary>
    public bool TrivialAnswersMayPass => true;

    /// <summary>An answer is what an assertion still lacks: a call before " ==", or a value at its line's end.</summary>
    public IReadOnlyList<string> StopStrings { get; } = askForInput ? [" ==", "\n"] : ["\n"];

    /// <inheritdoc/>
    public IReadOnlyList<Problem> Read(string path) => [.. JsonLines.Read(path).Select(line => Of(line.Value, path, line.Line))];

    /// <summary>Reads samples as the set's scripts write them: one JSON object with a list of completions for each problem.</summary>
    public IReadOnlyList<Sample> ReadSamples(string path) => SampleFile.ReadEither(path);

    private Problem Of(JsonElement value, string path, int line)
    {
        string code = Text("code"), input = Text("input"), output = Text("output");
        return askForInput
            ? new Problem(
                Text("id"),
                $"f({input})",
                completion =>
                [
                    new ProgramJob(
                        $"{code}\n\ndef f(*args, **kwargs):\n    return args, kwargs\n\nanswer = (\n{completion}\n)",
                        code,
                        $"assert f(*answer[0], **answer[1]) == {output}",
                        AnswerName),
                ],
                (top, expression) => $"0\n)\n{top}\nanswer = (\nf({expression})")
            {
                Prompt = $"{code}\n\n# a call that returns {output}\nassert ",
            }
            : new Problem(
                Text("id"),
                output,
                completion => [new ProgramJob($"answer = (\n{completion}\n)", code, $"assert answer == {output}", AnswerName)],
                (top, expression) => $"0\n)\n{top}\nanswer = (\n{expression}")
            {
                Prompt = $"{code}\n\nassert f({input}) == ",
            };

        string Text(string field) => JsonLines.Text(value, field, path, line);
    }
}
