using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Testing;

namespace DataForge.Service.Tests.Hosting;

/// <summary><c>dataforge serve</c> in a process of its own, over a folder with a small package.</summary>
internal sealed class ServeProcess : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePorts.Take();
    private readonly HttpClient _client = new();
    private readonly ServeSettings _settings;
    private DataForgeProcess? _process;

    public ServeProcess(string cron, string until = "clean")
        : this(new ServeSettings { Cron = cron, Until = until })
    {
    }

    public ServeProcess(ServeSettings settings)
    {
        _settings = settings;
        Workspace = settings.Workspace ?? _folder["workspace"];
        _folder.Write("source/secretowner-package/LICENSE", "SPDX-License-Identifier: MIT\n");
        AddFile(1);
        Config = _folder.Write("service.json", JsonSerializer.Serialize(new
        {
            listen = $"127.0.0.1:{_port}", stopSeconds = settings.StopSeconds, database = settings.Database,
            schedules = new[]
            {
                new
                {
                    name = "often", cron = settings.Cron, run = settings.Run, until = settings.Until, workspace = Workspace, options = settings.Options,
                    sources = settings.Sources ?? ["dir:" + _folder["source"]], minimumFreeGigabytes = 0, retryDelaySeconds = 1,
                },
            },
        }, new JsonSerializerOptions { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull }));
    }

    public string Config { get; }

    public string Workspace { get; }

    public string StateFolder => _folder["service"];

    public DataForgeProcess Process => _process!;

    public void AddFile(int number) =>
        _folder.Write($"source/secretowner-package/module{number}.py", $"def number{number}():\n    return [{number}, \"{number} of many\"]\n");

    /// <summary>The builds that it is carrying out.</summary>
    public IReadOnlyList<int> Builds
    {
        get
        {
            try
            {
                return ChildProcesses.Of(Process.Id);
            }
            catch (InvalidOperationException)
            {
                // It is being started again.
                return [];
            }
        }
    }

    public async Task StartAsync(params (string Name, string Value)[] environment)
    {
        _process?.Dispose();
        var all = new Dictionary<string, string>(_settings.Environment);
        foreach ((string name, string value) in environment)
        {
            all[name] = value;
        }

        _process = DataForgeProcess.StartWith(_folder.Path, all, "serve", "--config", Config);
        await UntilAsync(async () => (await _client.GetAsync(Url("/healthz"))).StatusCode == HttpStatusCode.OK);
    }

    /// <summary>States of the newest due times, the newest first.</summary>
    public async Task<IReadOnlyList<string>> StatesAsync() => [.. (await DueTimesAsync()).Select(due => due.State)];

    /// <summary>The newest due times, the newest first.</summary>
    public async Task<IReadOnlyList<ServedTime>> DueTimesAsync() =>
        (await _client.GetFromJsonAsync<ServedTime[]>(Url("/api/history?count=200")))!;

    /// <summary>The attempts at a due time, in order.</summary>
    public async Task<IReadOnlyList<ServedAttempt>> AttemptsAsync(long due)
    {
        using JsonDocument document = (await _client.GetFromJsonAsync<JsonDocument>(Url($"/api/history/{due}")))!;
        return document.RootElement.GetProperty("attempts").Deserialize<ServedAttempt[]>(JsonSerializerOptions.Web)!;
    }

    /// <summary>Whether no run waits or goes on, and none begins within so long.</summary>
    public async Task<bool> IsIdleForAsync(TimeSpan pause)
    {
        using JsonDocument schedules = (await _client.GetFromJsonAsync<JsonDocument>(Url("/api/schedules")))!;
        JsonElement schedule = schedules.RootElement[0];
        return schedule.GetProperty("unfinished").GetInt64() == 0
            && schedule.GetProperty("next").GetDateTimeOffset() - DateTimeOffset.UtcNow > pause;
    }

    /// <summary>Ends it and the builds that it carries out, without a word (SIGKILL). Returns how many builds there were.</summary>
    public async Task<int> KillAllAsync()
    {
        IReadOnlyList<int> builds = Builds;
        Process.Stop();
        foreach (int build in builds)
        {
            ChildProcesses.Signal(build, ChildProcesses.Kill);
        }

        await Process.KillAfterAsync(TimeSpan.Zero);
        return builds.Count;
    }

    public async Task UntilAsync(Func<Task<bool>> isSo)
    {
        DateTime end = DateTime.UtcNow.AddMinutes(10);
        while (true)
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            Assert.False(_process!.HasExited, "the service has ended");
            Assert.True(DateTime.UtcNow < end, "it did not happen within ten minutes");
            await Task.Delay(20);
        }
    }

    /// <summary>An address of the service.</summary>
    public Uri Url(string path) => new($"http://127.0.0.1:{_port}{path}");

    public void Dispose()
    {
        _process?.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A due time as the service tells it.</summary>
internal sealed record ServedTime(
    long Id, DateTimeOffset DueAt, DateTimeOffset ThroughAt, long Times, string State, string? Reason, long Attempts, long Failures);

/// <summary>An attempt as the service tells it.</summary>
internal sealed record ServedAttempt(
    long Number, string Instance, string Run, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Outcome, long? ExitCode);
