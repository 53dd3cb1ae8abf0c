using System.Diagnostics;

namespace DataForge.Testing;

/// <summary>The program as its users run it: a process of its own.</summary>
public sealed class DataForgeProcess : IDisposable
{
    private const int KilledExitCode = 128 + ChildProcesses.Kill;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    static DataForgeProcess() => ChildProcesses.StopIgnoringInterrupts();

    private DataForgeProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>
    /// The program where it was built: compiled ahead of time, which the copy beside the tests is not, so it starts in three quarters of
    /// the time.
    /// </summary>
    public static string Program { get; } =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Orchestrator", "release", "DataForge.Orchestrator.dll"));

    public static DataForgeProcess Start(params IEnumerable<string> arguments) => StartIn(Environment.CurrentDirectory, arguments);

    public static DataForgeProcess StartIn(string folder, params IEnumerable<string> arguments) =>
        StartWith(folder, new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with more in its environment.</summary>
    public static DataForgeProcess StartWith(string folder, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new DataForgeProcess(Process.Start(start)!);
    }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The processor time that it has taken.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params IEnumerable<string> arguments)
    {
        using DataForgeProcess process = Start(arguments);
        return await process.FinishAsync();
    }

    /// <summary>Runs the program to its end, which must be without an error.</summary>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public static async Task<string> SucceedAsync(params IEnumerable<string> arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);
        return code == 0 ? output : throw new InvalidOperationException($"exit code {code}\n{output}\n{error}");
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> FinishAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await _output, await _error);
    }

    /// <summary>Sends SIGKILL after a while, unless the program ends before.</summary>
    /// <returns>Whether the signal ended it; false where it had already ended by itself.</returns>
    public async Task<bool> KillAfterAsync(TimeSpan delay)
    {
        Task ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(ended, Task.Delay(delay)) == ended)
        {
            return false;
        }

        _process.Kill();
        await ended;
        return _process.ExitCode == KilledExitCode;
    }

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt() => ChildProcesses.Signal(_process.Id, ChildProcesses.Interrupt);

    /// <summary>What a service manager sends (SIGTERM).</summary>
    public void Terminate() => ChildProcesses.Signal(_process.Id, ChildProcesses.Terminate);

    /// <summary>Lets it hang (SIGSTOP).</summary>
    public void Stop() => ChildProcesses.Signal(_process.Id, ChildProcesses.Stop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Continue() => ChildProcesses.Signal(_process.Id, ChildProcesses.Continue);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
