using System.Globalization;
using DataForge.Inspection.Tracing;

namespace DataForge.Orchestrator.Commands;

/// <summary>Answers of <c>trace</c> as text.</summary>
internal static class TraceTable
{
    /// <summary>Writes a line per file, and two or three per source.</summary>
    public static void Write(IReadOnlyList<TraceAnswer> answers, TextWriter output)
    {
        foreach (TraceAnswer answer in answers)
        {
            output.WriteLine($"{answer.Snippet}: {answer.Tokens:N0} tokens, {Result(answer)}");
            foreach (TraceSource source in answer.Sources)
            {
                Write(source, output);
            }
        }
    }

    private static string Result(TraceAnswer answer) => answer.Result switch
    {
        "too-short" => $"too short to have a source (at least {SourceRule.MinRun} are needed)",
        "none" => "no training file is close to it",
        "common" => $"common text, in {answer.Files:N0} training files",
        _ => $"close to {answer.Files:N0} training file{(answer.Files == 1 ? "" : "s")}",
    };

    private static void Write(TraceSource source, TextWriter output)
    {
        string license = source.License.Length > 0 ? source.License : "no licence found";
        string lines = $"{source.SnippetLines[0]}-{source.SnippetLines[1]}";
        output.WriteLine($"  {source.Repository} {source.Path}:{source.FileLines[0]}-{source.FileLines[1]}  {license}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"    {100 * source.Covered:F0} % shared, {source.LongestRun:N0} tokens in a row (lines {lines})"));
        if (source.Permalink is { } link)
        {
            output.WriteLine("    " + link);
        }
    }
}
