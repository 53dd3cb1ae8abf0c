using System.Globalization;
using System.Text;
using System.Text.Json;
using DataForge.Corpus;

namespace DataForge.Cleaner.Decontamination;

/// <summary>A text of a benchmark's problem: its prompt, its docstring, a solution.</summary>
/// <param name="Problem">The problem, such as <c>HumanEval/0</c>.</param>
/// <param name="Part">Which of its texts: prompt, docstring or solution.</param>
/// <param name="Text">The text.</param>
public sealed record BenchmarkText(string Problem, string Part, string Text);

/// <summary>
/// Reads benchmark files: JSON lines, plain or gzipped, and JSON arrays with the fields of HumanEval and its infilling variant
/// (<c>prompt</c>, <c>canonical_solution</c>, <c>suffix</c>), MBPP (<c>text</c> or <c>prompt</c>, <c>code</c>) and MTPB
/// (<c>prompts</c>); folders of APPS (<c>question.txt</c>, <c>solutions.json</c>).
/// </summary>
public static class BenchmarkProblems
{
    /// <summary>Every text of a file or folder.</summary>
    /// <exception cref="DataForgeException">It does not exist or is in none of these forms.</exception>
    public static IReadOnlyList<BenchmarkText> Read(string path)
    {
        try
        {
            List<BenchmarkText> texts = Directory.Exists(path) ? [.. ReadApps(path)] : [.. ReadJson(path)];
            return texts.Count > 0 ? texts : throw DataForgeException.Usage($"The benchmark file {path} has no problem in a known format.");
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage($"The benchmark file {path} cannot be read ({e.Message}).", e);
        }
    }

    private static IEnumerable<BenchmarkText> ReadJson(string path)
    {
        string name = Path.GetFileName(path);
        string set = name.Contains('.') ? name[..name.IndexOf('.')] : name;
        string all = ReadText(path);
        if (all.TrimStart().StartsWith('['))
        {
            using JsonDocument array = JsonDocument.Parse(all);
            return [.. array.RootElement.EnumerateArray().SelectMany((problem, i) => Texts(problem, set, i))];
        }

        var texts = new List<BenchmarkText>();
        int number = 0;
        foreach (string line in all.Split('\n'))
        {
            if (line.Trim().Length > 0)
            {
                using JsonDocument problem = JsonDocument.Parse(line);
                texts.AddRange(Texts(problem.RootElement, set, number++));
            }
        }

        return texts;
    }

    private static IEnumerable<BenchmarkText> Texts(JsonElement problem, string set, int number)
    {
        if (problem.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("a problem is not a JSON object");
        }

        string Field(string name) =>
            problem.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        string id = problem.TryGetProperty("task_id", out JsonElement task) || problem.TryGetProperty("id", out task)
            ? task.ToString()
            : number.ToString(CultureInfo.InvariantCulture);
        string name = id.Contains('/') ? id : $"{set}/{id}";
        string prompt = Field("prompt");
        if (problem.TryGetProperty("suffix", out _))
        {
            // The solution is a piece of a function: only with the code around it is it a text.
            yield return new BenchmarkText(name, "solution", prompt + Field("canonical_solution") + Field("suffix"));
            yield break;
        }

        if (problem.TryGetProperty("prompts", out JsonElement turns) && turns.ValueKind == JsonValueKind.Array)
        {
            prompt = string.Join('\n', turns.EnumerateArray().Select(turn => turn.ToString()));
        }

        foreach ((string part, string text) in new[]
        {
            ("prompt", prompt), ("prompt", Field("text")), ("prompt", Field("question")), ("docstring", Docstring(prompt)),
            ("solution", Field("canonical_solution")), ("solution", Field("code")),
            ("solution", Field("solution")),
        })
        {
            if (text.Length > 0)
            {
                yield return new BenchmarkText(name, part, text);
            }
        }
    }

    /// <summary>The text between the last pair of triple quotes.</summary>
    private static string Docstring(string prompt)
    {
        foreach (string quotes in new[] { "\"\"\"", "'''" })
        {
            int close = prompt.LastIndexOf(quotes, StringComparison.Ordinal);
            int open = close <= 0 ? -1 : prompt.LastIndexOf(quotes, close - 1, StringComparison.Ordinal);
            if (open >= 0)
            {
                return prompt[(open + 3)..close];
            }
        }

        return "";
    }

    private static IEnumerable<BenchmarkText> ReadApps(string folder)
    {
        IEnumerable<string> questions = Directory.EnumerateFiles(folder, "question.txt", SearchOption.AllDirectories);
        foreach (string question in questions.Order(StringComparer.Ordinal))
        {
            string problem = Path.GetDirectoryName(question)!;
            string name = $"APPS/{Path.GetFileName(problem)}";
            yield return new BenchmarkText(name, "prompt", File.ReadAllText(question));
            string solutions = Path.Combine(problem, "solutions.json");
            if (File.Exists(solutions))
            {
                foreach (string solution in JsonSerializer.Deserialize<string[]>(File.ReadAllText(solutions)) ?? [])
                {
                    yield return new BenchmarkText(name, "solution", solution);
                }
            }
        }
    }

    private static string ReadText(string path)
    {
        using Stream stream = WholeGzipStream.OpenRead(path);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
