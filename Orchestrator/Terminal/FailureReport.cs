using System.CommandLine;
using DataForge.Corpus;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Logging;

namespace DataForge.Orchestrator.Terminal;

/// <summary>
/// Reports what ended a command: one line on the terminal, the stack trace in the log where there is one. The stack trace of a fault in the
/// program also goes to a file, which the line names.
/// </summary>
/// <param name="terminal">The terminal.</param>
/// <param name="parsed">The command line.</param>
internal sealed class FailureReport(CommandTerminal terminal, ParseResult parsed)
{
    /// <summary>Reports an exception; returns the exit code.</summary>
    /// <param name="e">What ended the command.</param>
    /// <param name="stopRequested">Whether the user asked it to stop.</param>
    public int Write(Exception e, bool stopRequested)
    {
        (string line, int exitCode) = e switch
        {
            OperationCanceledException when stopRequested => (
                "stopped; run the same command again to continue.", DataForgeException.Interrupted),
            DataForgeException known => (known.Message, known.ExitCode),
            IOException known => (ErrorLine.Explain(known), DataForgeException.Failed),
            UnauthorizedAccessException => (
                $"{e.Message} Give folders you can read and write, and run the same command again.", DataForgeException.Failed),
            _ => ($"a fault in the program, {e.GetType().Name}: {e.Message} ({WriteFile(e)}).", DataForgeException.Failed),
        };
        if (exitCode != DataForgeException.Interrupted)
        {
            Log(e, line);
        }

        ErrorLine.Write(terminal.Error, line);
        return exitCode;
    }

    private void Log(Exception e, string line)
    {
        if (parsed.Errors.Count == 0 && LogSettings.Of(parsed) is { Format: { } format })
        {
            using var provider = new LineLoggerProvider(terminal.Error, format, TimeProvider.System);
            provider.CreateLogger(typeof(FailureReport).FullName!).CommandFailed(parsed.CommandResult.Command.Name, line, e);
        }
    }

    private string WriteFile(Exception e)
    {
        string? workspace = parsed.Errors.Count > 0 || parsed.GetResult(CommonOptions.Workspace) is null
            ? null
            : parsed.GetValue(CommonOptions.Workspace);
        return FaultFile.Write(workspace, parsed.CommandResult.Command.Name, e, TimeProvider.System) is { } path
            ? $"the stack trace is in {path}"
            : "--log text shows the stack trace";
    }
}
