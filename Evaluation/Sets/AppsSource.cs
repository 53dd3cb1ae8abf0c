using System.Text.Json;
using System.Text.RegularExpressions;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sets;

/// <summary>A problem of APPS as its files hold it.</summary>
/// <param name="Id">Its name or number.</param>
/// <param name="Difficulty">How hard it is said to be.</param>
/// <param name="Question">The question.</param>
/// <param name="StarterCode">The code to begin with; null where a script is asked for.</param>
/// <param name="Solutions">The solutions.</param>
/// <param name="Function">The function that is called; null where a script is run.</param>
/// <param name="Inputs">The tests' inputs.</param>
/// <param name="Outputs">What is expected for each.</param>
internal sealed partial record AppsSource(
    string Id, string Difficulty, string Question, string? StarterCode, IReadOnlyList<string> Solutions, string? Function,
    IReadOnlyList<JsonElement> Inputs, IReadOnlyList<JsonElement> Outputs)
{
    private const string UnknownDifficulty = "unknown";

    private static readonly string[] Needed = ["question.txt", "input_output.json"];

    /// <summary>The prompt in the published form, which models are fine-tuned on.</summary>
    public string Prompt =>
        $"\nQUESTION:\n{Question}\n{StarterCode}\n\nUse {(StarterCode is null ? "Standard Input" : "Call-Based")} format\n\nANSWER:\n";

    /// <summary>Reads all problems under a folder, in the order of their names.</summary>
    /// <exception cref="DataForgeException">There is none, or a file is damaged; the message names it.</exception>
    public static IEnumerable<AppsSource> ReadFolder(string folder)
    {
        string[] problems = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .Where(problem => Needed.All(file => File.Exists(Path.Combine(problem, file))))];
        return problems.Length > 0
            ? problems.Select(OfFolder)
            : throw DataForgeException.Usage(
                $"{folder} holds no problem in APPS's layout (folders with question.txt and input_output.json).");
    }

    /// <summary>Reads a line; the lists in it are JSON texts of their own.</summary>
    public static AppsSource Of(JsonElement value, string path, int line)
    {
        string Text(string field) => JsonLines.Text(value, field, path, line);
        string starter = value.TryGetProperty("starter_code", out _) ? Text("starter_code") : "";
        return Of(
            Text(value.TryGetProperty("problem_id", out _) ? "problem_id" : "id"), $"{path}, line {line}", Text("difficulty"),
            Text("question"), starter.Length > 0 ? starter : null, JsonLines.Parse(path, line, Text("input_output")),
            Text("solutions") is { Length: > 0 } solutions ? JsonLines.Parse(path, line, solutions) : default);
    }

    private static AppsSource OfFolder(string folder)
    {
        string? Find(string name) => File.Exists(Path.Combine(folder, name)) ? JsonLines.ReadText(Path.Combine(folder, name)) : null;
        JsonElement Json(string name) => Find(name) is { } text ? JsonLines.Parse(Path.Combine(folder, name), 1, text) : default;
        JsonElement metadata = Json("metadata.json");
        string difficulty = metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("difficulty", out JsonElement stated)
            ? $"{stated}"
            : UnknownDifficulty;
        return Of(
            Path.GetFileName(folder), folder, difficulty, Find("question.txt")!, Find("starter_code.py"), Json("input_output.json"),
            Json("solutions.json"));
    }

    private static AppsSource Of(
        string id, string where, string difficulty, string question, string? starter, JsonElement tests, JsonElement solutions)
    {
        try
        {
            string? function = tests.TryGetProperty("fn_name", out JsonElement name) ? name.GetString() : null;
            JsonElement[] inputs = [.. tests.GetProperty("inputs").EnumerateArray()];
            JsonElement[] outputs = [.. tests.GetProperty("outputs").EnumerateArray()];
            if (inputs.Length == 0 || inputs.Length != outputs.Length || (function is not null && !Identifier().IsMatch(function)))
            {
                throw new InvalidOperationException("it needs as many outputs as inputs, at least one, and the name of a function or none");
            }

            string[] texts = solutions.ValueKind == JsonValueKind.Undefined
                ? []
                : [.. solutions.EnumerateArray().Select(solution => solution.GetString()!)];
            return new AppsSource(id, difficulty, question, starter, texts, function, inputs, outputs);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException)
        {
            throw DataForgeException.Usage($"{where} is no problem of APPS: {e.Message}.", e);
        }
    }

    [GeneratedRegex(@"^\w+(\.\w+)*$")]
    private static partial Regex Identifier();
}
