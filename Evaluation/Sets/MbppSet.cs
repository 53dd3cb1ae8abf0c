using System.Text.Json;
using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Sets;

/// <summary>
/// MBPP and its sanitized half (https://github.com/google-research/google-research/tree/master/mbpp). Its assertions run in the checker
/// after the reference solution, of which the functions and classes that the assertions name are replaced by the program's. Objects of
/// the program's own classes, which two problems build, stay in the program: the checker holds them by number and compares only what
/// functions return of them.
/// </summary>
/// <param name="name">The name that <c>--set</c> takes.</param>
public sealed class MbppSet(string name) : IBenchmarkSet
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public string HubName => "mbpp";

    /// <summary>One reference solution needs six seconds.</summary>
    public double CpuLimit => 20;

    /// <summary>What follows a function that is not part of the answer.</summary>
    public IReadOnlyList<string> StopStrings { get; } = ["\nassert", "\nprint", "\nif __name__", "\n\"\"\"", "\n#"];

    /// <inheritdoc/>
    public IReadOnlyList<Problem> Read(string path) => [.. JsonLines.Read(path).Select(line => Of(line.Value, path, line.Line))];

    private static Problem Of(JsonElement value, string path, int line)
    {
        string code = JsonLines.Text(value, "code", path, line);
        IReadOnlyList<string> asserts = JsonLines.Texts(value, "test_list");
        string setup = value.TryGetProperty("test_setup_code", out JsonElement lines) ? lines.GetString()! : "";
        string imports = string.Join('\n', JsonLines.Texts(value, "test_imports"));
        string trusted = $"{imports}\n{code}";
        string tests = $"{setup}\n{string.Join('\n', asserts)}";
        string[] functions =
            [.. DefinedNames.Of(code).Where(function => asserts.Any(assert => assert.Contains(function, StringComparison.Ordinal)))];
        return new Problem(
            JsonLines.Text(value, "task_id", path, line),
            code,
            completion => [new ProgramJob(completion, trusted, tests)],
            (top, expression) =>
                $"{top}\n" + string.Concat(functions.Select(function => $"def {function}(*args, **kwargs):\n    return {expression}\n")))
        {
            Prompt = Prompt(Description(value, path, line), asserts),
        };
    }

    // The form of InCoder (https://arxiv.org/abs/2204.05999): a docstring with the text and one of the tests, after which the code begins.
    private static string Prompt(string text, IReadOnlyList<string> asserts) =>
        $"\"\"\"\n{text}\n{asserts.FirstOrDefault()}\n\"\"\"\n";

    // The whole set calls it text, the sanitized half prompt.
    private static string Description(JsonElement value, string path, int line) =>
        JsonLines.Text(value, value.TryGetProperty("text", out _) ? "text" : "prompt", path, line);
}
