using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Service.Hosting;
using DataForge.Service.Ledger;
using DataForge.Service.Settings;
using Microsoft.Extensions.Logging;

namespace DataForge.Service.Jobs;

/// <summary>
/// Builds in a process of its own, <c>dataforge build</c>: a crash of native code does not take the service down. The process ends with the
/// service, however that ends: it reads its standard input, which closes with it. Where other instances may take the run over, the service
/// writes to it every second, so that the build also ends when the service hangs.
/// </summary>
/// <param name="events">Receives what the build writes into its event log.</param>
/// <param name="ledger">Whether there are other instances.</param>
/// <param name="logger">The log.</param>
internal sealed partial class BuildProcess(IEventSink events, LedgerDatabase ledger, ILogger<BuildProcess> logger) : IBuild
{
    private const int Terminate = 15; // SIGTERM
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<int?> RunAsync(Schedule schedule, Claim claim, CancellationToken stop, CancellationToken kill)
    {
        using Process? process = TryStart(schedule.Options, claim.Run);
        if (process is null)
        {
            return null;
        }

        await using CancellationTokenRegistration stopping = stop.Register(() => _ = Kill(process.Id, Terminate));
        await using CancellationTokenRegistration killing = kill.Register(() => process.Kill(entireProcessTree: true));
        string folder = Path.Combine(Workspace.RunFolderOf(schedule.Options.Workspace, claim.Run), RunPaths.Events);
        var log = new EventCursor(folder, $"-{process.Id.ToString(CultureInfo.InvariantCulture)}.jsonl", DateTime.UtcNow);
        Task ended = process.WaitForExitAsync(CancellationToken.None);
        while (await Task.WhenAny(ended, Task.Delay(Poll, CancellationToken.None)).ConfigureAwait(false) != ended)
        {
            PassOn(log);
            if (ledger.IsShared)
            {
                Beat(process);
            }
        }

        PassOn(log);
        return process.ExitCode;
    }

    /// <summary>
    /// The arguments of the build. Its bad files stand in its event log, from which an opt-out removes them, and not in the service's log.
    /// </summary>
    internal static IReadOnlyList<string> Arguments(ScheduleOptions schedule, string run) =>
    [
        "build", "--scheduled", "--workspace", schedule.Workspace, "--run", run, "--until", schedule.Until,
        .. schedule.Config is { } config ? (string[])["--config", config] : [],
        .. schedule.Workers is { } workers ? (string[])["--workers", workers.ToString(CultureInfo.InvariantCulture)] : [],
        .. schedule.Sources.SelectMany(source => new[] { "--source", source }),
        .. schedule.Options.SelectMany(option => new[] { "--set", $"{option.Key}={option.Value}" }),
        "--log", "json", "--verbosity", "errors",
    ];

    private Process? TryStart(ScheduleOptions schedule, string run)
    {
        string[] heartbeat = ledger.IsShared ? ["--heartbeat"] : [];
        var start = new ProcessStartInfo(
            ThisProgram.Command[0], [.. ThisProgram.Command.Skip(1), .. Arguments(schedule, run), .. heartbeat])
        {
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetDirectoryName(schedule.Workspace) is { } folder && Directory.Exists(folder) ? folder : "/",
        };

        // What the build measures is told by the service, from the build's events.
        start.Environment["OTEL_METRICS_EXPORTER"] = "none";
        try
        {
            return Process.Start(start);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            logger.BuildNotStarted(e.Message);
            return null;
        }
    }

    // A build that has just ended does not read it.
    private static void Beat(Process process)
    {
        try
        {
            process.StandardInput.BaseStream.WriteByte(0);
            process.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            // Its end is seen next.
        }
    }

    // Nothing rewrites the log of a process that runs, so that there is nothing to take back.
    private void PassOn(EventCursor log)
    {
        try
        {
            log.Read(events.Write, restart: () => { });
        }
        catch (IOException e)
        {
            logger.EventsNotRead(e.Message);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
