using System.Net;
using DataForge.Service.Hosting;
using DataForge.Service.Jobs;
using DataForge.Service.Ledger;
using DataForge.Service.Settings;
using DataForge.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Service.Tests.Hosting;

/// <summary>A service in this process, at a free port, whose builds do what the test says.</summary>
internal sealed class RunningService : IAsyncDisposable, IBuild
{
    public const string Token = "a token of twenty-six chars";

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _service;

    private RunningService(bool hasToken, Func<CancellationToken, Task<int?>> build, string cron, IReadOnlyList<string> hosts, string listen)
    {
        Build = build;
        File.WriteAllText(_folder["token"], Token);
        Options = new ServiceOptions
        {
            Listen = listen, StateFolder = _folder["state"], TokenFile = hasToken ? _folder["token"] : null, StopSeconds = 2, Hosts = hosts,
            Schedules = [new ScheduleOptions { Name = "nightly", Cron = cron, Run = "nightly", Workspace = _folder["workspace"], MinimumFreeGigabytes = 0 }],
        };
        _service = ServiceHost.Build(Options, _ => { }, services => services.AddSingleton<IBuild>(this));
    }

    public ServiceOptions Options { get; }

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public RunHistory History => _service.Services.GetRequiredService<RunHistory>();

    public IServiceProvider Services => _service.Services;

    public string Workspace => _folder["workspace"];

    private Func<CancellationToken, Task<int?>> Build { get; }

    public static async Task<RunningService> StartAsync(
        bool hasToken = false, Func<CancellationToken, Task<int?>>? build = null, string cron = "0 0 1 1 *", string listen = "127.0.0.1:0",
        params string[] hosts)
    {
        var service = new RunningService(hasToken, build ?? (_ => Task.FromResult<int?>(0)), cron, hosts, listen);
        await service._service.StartAsync();
        service.Address = new Uri(ServiceHost.AddressOf(service._service));
        service.Client = new HttpClient { BaseAddress = service.Address };
        return service;
    }

    public async Task<HttpStatusCode> PostAsync(string path, string? token = Token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await Client.SendAsync(request);
        return response.StatusCode;
    }

    public async Task UntilAsync(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            Assert.True(i < 6000, "it did not happen within five minutes");
            await Task.Delay(50);
        }
    }

    public Task StopAsync() => _service.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _service.StopAsync();
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    Task<int?> IBuild.RunAsync(Schedule schedule, Claim claim, CancellationToken stop, CancellationToken kill) => Build(stop);
}
