using System.CommandLine;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Inspection;
using DataForge.Inspection.Explanation;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>explain</c> is asked for.</summary>
/// <param name="Run">The run.</param>
/// <param name="File">A blob id, or a repository and a path.</param>
internal sealed record ExplainRequest(RunReference Run, string File);

/// <summary><c>explain</c>: why a file is in the dataset or not.</summary>
internal sealed class ExplainCommand(CommandTerminal terminal, TimeProvider time) : ICommandHandler<ExplainRequest>
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        var file = new Argument<string[]>("file")
        {
            Description = "A blob id, or a repository and a path.",
            HelpName = "BLOB-ID | REPOSITORY PATH", Arity = ArgumentArity.OneOrMore,
        };
        return host.BindWithoutHost<ExplainRequest>(
            new Command("explain", "Shows where a file was found, why it was kept or dropped, and where it is now.")
            {
                CommonOptions.Workspace, CommonOptions.Run, file,
            },
            parsed => new(RunReference.Of(parsed), string.Join(' ', parsed.GetValue(file)!)),
            (terminal, time) => new ExplainCommand(terminal, time));
    }

    /// <inheritdoc/>
    public Task RunAsync(ExplainRequest request, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        Run run = InspectedRun.Open(request.Run.WorkspaceFolder, request.Run.RunName);

        // The index may have to be built, from files that an opt-out would otherwise remove meanwhile.
        using FileLock held = OptOutLock.Share(run.Workspace);
        using ExplanationIndex index = ExplanationIndex.Open(
            run, () => terminal.Error.WriteLine("indexing the run for this and later questions"));
        terminal.Output.Write(FileExplanation.Explain(index, request.File));
        terminal.Error.WriteLine(FormattableString.Invariant($"answered in {time.GetElapsedTime(start).TotalMilliseconds:F0} ms"));
        return Task.CompletedTask;
    }
}
