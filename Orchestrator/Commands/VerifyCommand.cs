using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection;
using DataForge.Inspection.Verification;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>verify</c>: recomputes all that a run states of itself.</summary>
internal sealed class VerifyCommand(CommandTerminal terminal, TimeProvider time) : ICommandHandler<RunReference>
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<VerifyCommand, RunReference>(
        new Command("verify", "Recomputes every check-sum and balance of a run, and prints the first fault.")
        {
            CommonOptions.Workspace, CommonOptions.Run,
        },
        RunReference.Of);

    /// <inheritdoc/>
    public async Task RunAsync(RunReference request, CancellationToken cancellation)
    {
        Run run = InspectedRun.Open(request.WorkspaceFolder, request.RunName);
        long start = time.GetTimestamp();
        VerificationResult result = await Task.Run(() => new RunVerifier(run, cancellation).Verify(), cancellation).ConfigureAwait(false);
        string duration = Figures.Duration(time.GetElapsedTime(start).TotalSeconds);
        foreach (string line in VerificationSummary.Lines(run.Name, result, duration))
        {
            terminal.Output.WriteLine(line);
        }
    }
}
