using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using DataForge.Testing;

namespace DataForge.Service.Tests.Hosting;

/// <summary><c>dataforge serve</c> in a process of its own, over a folder with a small package.</summary>
internal sealed class ServeProcess : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort();
    private readonly HttpClient _client = new();
    private DataForgeProcess? _process;

    public ServeProcess(string cron, string until = "clean")
    {
        _folder.Write("source/secretowner-package/LICENSE", "SPDX-License-Identifier: MIT\n");
        AddFile(1);
        Config = _folder.Write("service.json", JsonSerializer.Serialize(new
        {
            listen = $"127.0.0.1:{_port}", stopSeconds = 20,
            schedules = new[] { new { name = "often", cron, until, sources = new[] { "dir:" + _folder["source"] }, minimumFreeGigabytes = 0, retryDelaySeconds = 1 } },
        }));
    }

    public string Config { get; }

    public string Workspace => _folder["workspace"];

    public string StateFolder => _folder["service"];

    public DataForgeProcess Process => _process!;

    public void AddFile(int number) =>
        _folder.Write($"source/secretowner-package/module{number}.py", $"def number{number}():\n    return [{number}, \"{number} of many\"]\n");

    public async Task StartAsync(params (string Name, string Value)[] environment)
    {
        _process?.Dispose();
        _process = DataForgeProcess.StartWith(
            _folder.Path, environment.ToDictionary(pair => pair.Name, pair => pair.Value), "serve", "--config", Config);
        await UntilAsync(async () => (await _client.GetAsync(Url("/healthz"))).StatusCode == HttpStatusCode.OK);
    }

    /// <summary>States of the newest due times, the newest first.</summary>
    public async Task<IReadOnlyList<string>> StatesAsync()
    {
        using JsonDocument history = (await _client.GetFromJsonAsync<JsonDocument>(Url("/api/history?count=200")))!;
        return [.. history.RootElement.EnumerateArray().Select(due => due.GetProperty("state").GetString()!)];
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

            Assert.False(_process!.HasEnded, "the service has ended");
            Assert.True(DateTime.UtcNow < end, "it did not happen within ten minutes");
            await Task.Delay(20);
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private Uri Url(string path) => new($"http://127.0.0.1:{_port}{path}");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
