using System.Globalization;
using System.Text;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Inspection.Tracing;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Evaluating;

/// <summary>How many of a model's samples stand in its training set: the samples as snippets, and the report beside their file.</summary>
internal static class SampleMemorisation
{
    /// <summary>Reads samples as snippets that are named by problem and number, from 0.</summary>
    public static Snippet[] Read(string file) =>
    [
        .. from problem in SampleFile.Read(file).GroupBy(sample => sample.ProblemId, StringComparer.Ordinal)
           from sample in problem.Index()
           select new Snippet($"{problem.Key} #{sample.Index}", Encoding.UTF8.GetBytes(sample.Item.Completion)),
    ];

    /// <summary>Writes the report, and shows it.</summary>
    /// <param name="file">The samples' file.</param>
    /// <param name="run">The run whose dataset was searched.</param>
    /// <param name="answers">An answer for each sample.</param>
    /// <param name="asJson">Whether it is shown as JSON.</param>
    /// <param name="terminal">Where it is shown.</param>
    public static void Write(string file, string run, IReadOnlyList<TraceAnswer> answers, bool asJson, CommandTerminal terminal)
    {
        var report = Memorisation.Of(run, answers);
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, EvaluationFiles.Memorisation);
        CanonicalJson.WriteFile(path, report);
        if (asJson)
        {
            using Stream output = terminal.OpenOutput();
            CanonicalJson.Write(output, report);
            return;
        }

        terminal.Output.WriteLine(
            $"{report.Samples:N0} samples; as a whole in a training file: {report.Whole:N0}; too short to tell: {report.TooShort:N0}");
        foreach (MemorisedSpan span in report.Spans)
        {
            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {span.Tokens} tokens or more in a row with a training file: {span.Samples:N0} ({100 * span.Share:F2} %)"));
        }

        terminal.Output.WriteLine($"written to {path}");
    }
}
