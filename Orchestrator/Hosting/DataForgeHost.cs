using System.CommandLine;
using DataForge.Corpus;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Terminal;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Orchestrator.Hosting;

/// <summary>The program, from its arguments to its exit code.</summary>
internal static class DataForgeHost
{
    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="terminal">What the command reads and writes.</param>
    /// <param name="stop">Cancelled when the user asks the program to stop.</param>
    /// <param name="overrides">Services that replace those of the program; for tests.</param>
    /// <returns>0, or the exit code of <see cref="FailureReport"/>.</returns>
    public static async Task<int> InvokeAsync(
        IReadOnlyList<string> arguments, CommandTerminal terminal, CancellationToken stop, Action<IServiceCollection>? overrides = null)
    {
        ParseResult parsed = CommandLine.Create(new CommandHost(terminal, overrides)).Parse(arguments);
        try
        {
            if (parsed.Errors.Count > 0)
            {
                throw DataForgeException.Usage(ParseFaults.Explain(parsed));
            }

            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Output, Error = terminal.Error,
            };
            return await parsed.InvokeAsync(configuration, stop).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new FailureReport(terminal, parsed).Write(e, stop.IsCancellationRequested);
        }
    }
}
