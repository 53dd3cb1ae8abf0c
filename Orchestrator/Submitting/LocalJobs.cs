using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DataForge.Corpus;
using DataForge.Service.Jobs;

namespace DataForge.Orchestrator.Submitting;

/// <summary>Processes on this machine, one for each task, stage after stage. What they write is in the folder of the run's jobs.</summary>
/// <param name="request">What is submitted.</param>
/// <param name="output">Receives a line for each stage.</param>
internal sealed class LocalJobs(SubmitRequest request, TextWriter output)
{
    private readonly string _folder = JobFolder.Of(request.Build);

    /// <summary>Prints the commands.</summary>
    public void Print(IReadOnlyList<SubmittedStage> stages)
    {
        foreach (SubmittedStage stage in stages)
        {
            for (int task = 0; task < stage.Tasks; task++)
            {
                string variables = string.Concat(Variables(stage, task, 29_500).Select(pair => $"{pair.Name}={pair.Value} "));
                output.WriteLine(variables + ShellWords.Quote(Command(stage, task)));
            }
        }
    }

    /// <summary>Runs the tasks of all stages.</summary>
    /// <exception cref="DataForgeException">A task fails; the same command goes on from there.</exception>
    public async Task RunAsync(IReadOnlyList<SubmittedStage> stages, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        foreach (SubmittedStage stage in stages)
        {
            long start = Stopwatch.GetTimestamp();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            int port = FreePort();
            await Task.WhenAll(Enumerable.Range(0, stage.Tasks).Select(task => RunAsync(stage, task, port, stop))).ConfigureAwait(false);
            string seconds = Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
            output.WriteLine($"{stage.Stage}: {stage.TasksInWords} in {seconds} s");
        }
    }

    // A task that a signal ended is started again, but for those that train together: they all fail with it.
    private async Task RunAsync(SubmittedStage stage, int task, int port, CancellationTokenSource stop)
    {
        string log = Path.Combine(_folder, $"{stage.Stage}-{task}.log");
        int code = 0;
        for (int restart = 0; restart <= (stage.IsTraining ? 0 : SubmittedStage.MostRestarts); restart++)
        {
            code = await StartAsync(stage, task, port, log, stop.Token).ConfigureAwait(false);
            if (code < SubmittedStage.LeastSignalCode)
            {
                break;
            }
        }

        if (code != 0)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw new DataForgeException(
                $"task {task} of {stage.Stage} ended with exit code {code}: the end of {log} says why. "
                + "Correct that, and run the same command again to continue.");
        }
    }

    private static async Task<int> StartAsync(SubmittedStage stage, int task, int port, string log, CancellationToken stop)
    {
        IReadOnlyList<string> command = Command(stage, task);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in Variables(stage, task, port))
        {
            start.Environment[name] = value;
        }

        using var file = TextWriter.Synchronized(new StreamWriter(log, append: true) { AutoFlush = true });
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        return process.ExitCode;

        void Write(string? line)
        {
            if (line is not null)
            {
                file.WriteLine(line);
            }
        }
    }

    private static IReadOnlyList<string> Command(SubmittedStage stage, int task) =>
    [
        .. ThisProgram.Command, .. stage.Arguments,
        .. stage.IsShared ? (string[])["--rank", Text(task), "--world", Text(stage.Tasks)] : [],
    ];

    private static (string Name, string Value)[] Variables(SubmittedStage stage, int task, int port) => stage.IsTraining
        ?
        [
            ("RANK", Text(task)), ("WORLD_SIZE", Text(stage.Tasks)), ("LOCAL_RANK", Text(task)), ("LOCAL_WORLD_SIZE", Text(stage.Tasks)),
            ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", Text(port)),
        ]
        : [];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
