using System.CommandLine;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Logging;
using DataForge.Service.Hosting;
using DataForge.Service.Settings;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>serve</c>: runs builds at the times of schedules, until it is stopped.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Config = new("--config")
    {
        Description = "A JSON file with the schedules.", Required = true, HelpName = "FILE",
    };

    private static readonly Option<bool> Check = new("--check")
    {
        Description = "Checks the file, its builds' options and folders, and ends.",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        var command = new Command("serve", "Runs builds on schedules, and shows them at an HTTP address. See docs/operating.md.")
        {
            Config, Check,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string file = parsed.GetValue(Config)!;
            ServiceOptions options = ServiceConfiguration.Read(file);
            if (parsed.GetValue(Check))
            {
                host.Terminal.Output.WriteLine(new ServeCheck(host).Check(file, options, TimeProvider.System.GetUtcNow()));
                return 0;
            }

            // A service that does not log could not be operated.
            LogSettings given = LogSettings.Of(parsed);
            LogSettings log = given with { Format = given.Format ?? LogFormat.Text };
            TextWriter error = host.Terminal.Error;
            await ServiceHost.RunAsync(
                options, logging => log.Configure(logging, error, TimeProvider.System), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
