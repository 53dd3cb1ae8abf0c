using System.Text;
using System.Text.Json;

namespace DataForge.Pretrain.Data;

/// <summary>One problem with its solutions.</summary>
/// <param name="Name">The name of its folder.</param>
/// <param name="Prompt">The prompt for the model.</param>
/// <param name="Answers">The solutions; each is one training example.</param>
public sealed record AppsProblem(string Name, string Prompt, IReadOnlyList<string> Answers);

/// <summary>
/// Reads problems in the layout of APPS (https://github.com/hendrycks/apps): a folder per problem with <c>question.txt</c>,
/// <c>solutions.json</c> (a list of texts) and, where the solution is a function to be called, <c>starter_code.py</c>.
/// </summary>
public static class AppsProblems
{
    private const int MaxCharacters = 150_000; // of a question or an answer: the limit in APPS's train/dataset_apps/APPSBaseDataset.py
    private const long MaxFile = 256 << 20;    // bytes; the largest of APPS has a few MB, a longer one is a mistake

    /// <summary>Reads all problems under a folder, in ordinal order of their names.</summary>
    /// <param name="folder">The folder that holds the problems' folders.</param>
    /// <param name="skipped">Number of folders without a question or without solutions.</param>
    /// <exception cref="InvalidDataException">There is no problem, or a file is damaged; the message names it.</exception>
    public static IReadOnlyList<AppsProblem> Read(string folder, out int skipped)
    {
        skipped = 0;
        if (!Directory.Exists(folder))
        {
            throw new InvalidDataException($"{folder} does not exist; give a folder with problems in APPS's layout");
        }

        List<AppsProblem> problems = [];
        foreach (string problem in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            string question = Path.Combine(problem, "question.txt"), solutions = Path.Combine(problem, "solutions.json");
            IReadOnlyList<string> answers = File.Exists(question) && File.Exists(solutions) ? Answers(solutions) : [];
            if (answers.Count == 0)
            {
                skipped++;
                continue;
            }

            string starter = Path.Combine(problem, "starter_code.py");
            string? code = File.Exists(starter) ? Text(starter) : null;
            problems.Add(new AppsProblem(Path.GetFileName(problem), Prompt(Text(question), code), answers));
        }

        return problems.Count > 0
            ? problems
            : throw new InvalidDataException($"{folder} has no problem in APPS's layout (folders with question.txt and solutions.json)");
    }

    /// <summary>The published form of a prompt (APPS's train/dataset_apps/APPSBaseDataset.py).</summary>
    /// <param name="question">The question.</param>
    /// <param name="starterCode">The code to start with, where the solution is a function; null if it is a whole program.</param>
    public static string Prompt(string question, string? starterCode) =>
        $"\nQUESTION:\n{Truncate(question)}\n{Truncate(starterCode ?? "")}\n\n"
        + $"Use {(starterCode is null ? "Standard Input" : "Call-Based")} format\n\nANSWER:\n";

    private static List<string> Answers(string path)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(Bytes(path));
            return [.. json.RootElement.EnumerateArray().Select(answer => Truncate(answer.GetString()!))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentNullException)
        {
            throw new InvalidDataException($"{path} is not a JSON list of texts ({e.Message})", e);
        }
    }

    private static string Truncate(string text) => text.Length > MaxCharacters ? text[..MaxCharacters] : text;

    private static string Text(string path) => Encoding.UTF8.GetString(Bytes(path));

    private static byte[] Bytes(string path) => new FileInfo(path).Length <= MaxFile
        ? File.ReadAllBytes(path)
        : throw new InvalidDataException($"{path} has more than {MaxFile >> 20} MiB");
}
