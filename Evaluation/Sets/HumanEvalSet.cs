using System.Text.Json;
using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Sets;

/// <summary>
/// HumanEval (https://github.com/openai/human-eval) and HumanEval-Infilling (https://github.com/openai/human-eval-infilling), which
/// differ in that a completion of the latter stands between a prompt and a suffix. The tests' <c>check</c> runs in the checker, with the
/// reference's helper functions; only the function that is asked for is the program's.
/// </summary>
/// <param name="name">The name that <c>--set</c> takes.</param>
/// <param name="infilling">Whether completions have a suffix.</param>
public sealed class HumanEvalSet(string name, bool infilling) : IBenchmarkSet
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public string HubName => infilling ? "loubnabnl/humaneval_infilling" : "openai_humaneval";

    /// <inheritdoc/>
    public double CpuLimit => 3;

    /// <inheritdoc/>
    public bool TrivialAnswersMayPass => infilling;

    /// <summary>What follows a function; a gap ends where the model says so.</summary>
    public IReadOnlyList<string> StopStrings { get; } = infilling ? [] : ["\nclass", "\ndef", "\n#", "\n@", "\nprint", "\nif"];

    /// <inheritdoc/>
    public IReadOnlyList<Problem> Read(string path) => [.. JsonLines.Read(path).Select(line => Of(line.Value, path, line.Line))];

    private Problem Of(JsonElement value, string path, int line)
    {
        string prompt = Text("prompt"), reference = Text("canonical_solution"), entry = Text("entry_point");
        string suffix = infilling ? Text("suffix") : "";
        string trusted = prompt + reference + suffix;
        string tests = $"{Text("test")}\ncheck({entry})";
        string indent = reference[..^reference.TrimStart(' ').Length];
        return new Problem(
            Text("task_id"),
            reference,
            completion => [new ProgramJob(prompt + completion + suffix, trusted, tests, [entry])],
            // Infilled lines stand inside a function, so nothing of theirs is at the top level.
            (top, expression) => infilling
                ? $"{indent}{top.ReplaceLineEndings("\n" + indent)}\n{indent}return {expression}\n"
                : $"    return {expression}\n\n{top}\n")
        {
            Prompt = prompt,
            Suffix = infilling ? suffix : null,
        };

        string Text(string field) => JsonLines.Text(value, field, path, line);
    }
}
