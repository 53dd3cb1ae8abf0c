using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using DataForge.Service.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Service.Tests.Soak;

/// <summary>The service in a process of its own, with the clock of a file (<see cref="SoakTests.Child"/>).</summary>
internal sealed class SoakService(string config, string clock, Uri address) : IDisposable
{
    private const int WrongUse = 2;
    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
    private Process? _process;

    /// <summary>What the service and its builds wrote to standard error.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public int Id => _process!.Id;

    public IReadOnlyList<int> Builds => _process!.HasExited ? [] : ChildProcesses.Of(_process.Id);

    /// <summary>Starts it where it does not run, as a service manager does. It must not have ended for a wrong configuration.</summary>
    public void StartAgain()
    {
        if (_process is { HasExited: false })
        {
            return;
        }

        Assert.True(_process is null || _process.ExitCode != WrongUse, "the service ended with exit code 2: " + string.Join('\n', Log));
        _process?.Dispose();
        var start = new ProcessStartInfo(
            "dotnet", [typeof(SoakTests).Assembly.Location, "-noColor", "-noLogo", "-explicit", "only", "-method", $"{typeof(SoakTests).FullName}.{nameof(SoakTests.Child)}"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        (start.Environment[SoakTests.ConfigVariable], start.Environment[SoakTests.ClockVariable]) = (config, clock);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public void Kill()
    {
        ChildProcesses.Signal(Id, ChildProcesses.Kill);
        _process!.WaitForExit();
    }

    /// <summary>Stops it as a service manager does; returns the exit code.</summary>
    public int Stop()
    {
        ChildProcesses.Signal(Id, 15);
        _process!.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>The newest due times, the newest first; null where it does not answer.</summary>
    public async Task<IReadOnlyList<ServedTime>?> DueTimesAsync() => await GetAsync<ServedTime[]>("/api/history?count=200");

    /// <summary>The attempts at a due time; null where it does not answer.</summary>
    public async Task<IReadOnlyList<ServedAttempt>?> AttemptsAsync(long due) =>
        await GetAsync<JsonElement?>(string.Create(CultureInfo.InvariantCulture, $"/api/history/{due}")) is { } found
            ? found.GetProperty("attempts").Deserialize<ServedAttempt[]>(JsonSerializerOptions.Web)
            : null;

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
        }

        _process?.Dispose();
        _client.Dispose();
    }

    private async Task<T?> GetAsync<T>(string path)
    {
        try
        {
            return await _client.GetFromJsonAsync<T>(path);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return default;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            Log.Enqueue(line);
        }
    }
}
