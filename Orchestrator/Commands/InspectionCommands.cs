using DataForge.Corpus.OptOuts;
using DataForge.Corpus;
using DataForge.Inspection;
using System.CommandLine;
using System.Diagnostics;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Explanation;
using DataForge.Inspection.Statistics;
using DataForge.Inspection.Verification;
using DataForge.Orchestrator.OptOut;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>The verbs that look at a run: <c>stats</c>, <c>verify</c> and <c>explain</c>.</summary>
internal static class InspectionCommands
{
    /// <summary>The verbs.</summary>
    public static IEnumerable<Command> Create(Option<string> workspace, Option<string> run) => [Stats(workspace, run), Verify(workspace, run), Explain(workspace, run)];

    private static Command Stats(Option<string> workspace, Option<string> run)
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("stats", "Tells a run's figures: funnel, licences, sizes, duplicates, repositories.") { workspace, run, json };
        command.SetAction(parsed =>
        {
            RunStatistics statistics = RunStatistics.Of(InspectedRun.Open(parsed.GetValue(workspace)!, parsed.GetValue(run)!));
            if (parsed.GetValue(json))
            {
                using Stream output = Console.OpenStandardOutput();
                output.Write(CanonicalJson.Write(statistics));
            }
            else
            {
                StatisticsTable.Write(statistics, Console.Out);
            }

            return 0;
        });
        return command;
    }

    private static Command Verify(Option<string> workspace, Option<string> run)
    {
        var command = new Command("verify", "Recomputes every check-sum and invariant of a run; names the first fault.") { workspace, run };
        command.SetAction(async (parsed, cancellation) =>
        {
            Run opened = InspectedRun.Open(parsed.GetValue(workspace)!, parsed.GetValue(run)!);
            long start = Stopwatch.GetTimestamp();
            VerificationResult result = await Task.Run(() => new RunVerifier(opened, cancellation).Verify(), cancellation).ConfigureAwait(false);
            string seconds = Figures.Duration(Stopwatch.GetElapsedTime(start).TotalSeconds);
            foreach (string line in VerificationSummary.Lines(opened.Name, result, seconds))
            {
                Console.WriteLine(line);
            }

            return 0;
        });
        return command;
    }

    private static Command Explain(Option<string> workspace, Option<string> run)
    {
        var file = new Argument<string[]>("file") { Description = "A blob id, or a repository and a path.", HelpName = "BLOB-ID | REPOSITORY PATH", Arity = ArgumentArity.OneOrMore };
        var command = new Command("explain", "Tells of any file ever seen where it was found, why it stayed or left, and where it is.") { workspace, run, file };
        command.SetAction(parsed =>
        {
            long start = Stopwatch.GetTimestamp();
            Run opened = InspectedRun.Open(parsed.GetValue(workspace)!, parsed.GetValue(run)!);

            // It may write the index, from files that an opt-out would take away meanwhile.
            using FileLock held = OptOutLock.Share(opened.Workspace);
            using ExplanationIndex index = ExplanationIndex.Open(opened, () => Console.Error.WriteLine("indexing the run for this and later questions"));
            Console.Out.Write(FileExplanation.Explain(index, string.Join(' ', parsed.GetValue(file)!)));
            Console.Error.WriteLine(FormattableString.Invariant($"answered in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms"));
            return 0;
        });
        return command;
    }
}
