using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Telemetry;
using DataForge.Service.Dashboard;
using DataForge.Service.Jobs;
using DataForge.Service.Ledger;
using DataForge.Service.Settings;
using DataForge.Service.Telemetry;
using DataForge.Service.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace DataForge.Service.Hosting;

/// <summary>Builds the host of the service: schedules, web pages, telemetry.</summary>
internal static class ServiceHost
{
    // What else ends after the runs have.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(10);

    /// <summary>Runs the service until it is asked to stop, and its runs have stopped.</summary>
    /// <param name="options">The options, checked.</param>
    /// <param name="logging">Sets up the log.</param>
    /// <param name="stop">Asks it to stop.</param>
    /// <param name="overrides">Services that replace those of the service; for tests.</param>
    /// <exception cref="DataForgeException">The history cannot be used, or the address is in use.</exception>
    public static async Task RunAsync(
        ServiceOptions options, Action<ILoggingBuilder> logging, CancellationToken stop, Action<IServiceCollection>? overrides = null)
    {
        await using WebApplication service = Build(options, logging, overrides);
        await StartAsync(service, options, stop).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, service.Lifetime.ApplicationStopping);
        try
        {
            await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The user asks it to stop, or the worker has a fault, which is thrown below.
        }

        await service.StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (OtlpSettings.Sends("METRICS"))
        {
            // Before the instruments are disposed, which is before the provider is.
            service.Services.GetRequiredService<MeterProvider>().ForceFlush((int)StopMargin.TotalMilliseconds / 2);
        }

        await (service.Services.GetRequiredService<ServiceWorker>().ExecuteTask ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>Builds the host.</summary>
    public static WebApplication Build(
        ServiceOptions options, Action<ILoggingBuilder> logging, Action<IServiceCollection>? overrides = null)
    {
        // The defaults would read appsettings.json from the working directory, watch it, and handle Ctrl-C.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "dataforge", EnvironmentName = Environments.Production, ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddInMemoryCollection(OtlpSettings.Variables());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => HttpLimits.Apply(server, options));
        logging(builder.Logging);
        IServiceCollection services = builder.Services;
        services.AddRoutingCore();
        services.AddSingleton<IHostLifetime, TokenLifetime>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.StopSeconds) + StopMargin);
        AddService(services, options);
        AddTelemetry(services);
        overrides?.Invoke(services);

        WebApplication service = builder.Build();
        service.UseMiddleware<RequestGuard>();
        service.MapPrometheusScrapingEndpoint("/metrics");
        foreach (IEndpoints endpoints in service.Services.GetServices<IEndpoints>())
        {
            endpoints.Map(service);
        }

        // Its instruments exist as long as it does.
        _ = service.Services.GetRequiredService<ServiceMetrics>();
        return service;
    }

    /// <summary>The address that a started service listens at.</summary>
    public static string AddressOf(WebApplication service) => service.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private static async Task StartAsync(WebApplication service, ServiceOptions options, CancellationToken stop)
    {
        try
        {
            await service.StartAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw DataForgeException.Usage(
                $"the service cannot listen at {options.Listen} ({e.Message}); give another address with listen.", e);
        }

        service.Services.GetRequiredService<ILogger<ServiceWorker>>().ServiceStarted(
            AddressOf(service), string.Join(", ", options.Schedules.Select(schedule => schedule.Name)));
    }

    private static void AddService(IServiceCollection services, ServiceOptions options)
    {
        string instance = string.Create(
            CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..8]}");
        services
            .AddSingleton(options).AddSingleton(TimeProvider.System)
            .AddSingleton<IReadOnlyList<Schedule>>(
                [.. options.Schedules.Select(schedule => new Schedule(schedule, ScheduleFaults.Times(schedule)))])
            .AddSingleton<LedgerDatabase>(provider => options.Database is { Length: > 0 } database
                ? PostgresLedger.Open(database)
                : SqliteLedger.Open(options.StateFolder, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new RunLedger(provider.GetRequiredService<LedgerDatabase>(), instance, ServiceWorker.Lease))
            .AddSingleton<RunHistory>().AddSingleton<ServiceHealth>()
            .AddSingleton<PipelineMetrics>().AddSingleton<IEventSink>(provider => provider.GetRequiredService<PipelineMetrics>())
            .AddSingleton<IBuild, BuildProcess>()
            .AddSingleton<ServiceWorker>().AddHostedService(provider => provider.GetRequiredService<ServiceWorker>())
            .AddHostedService<SystemdNotifications>()
            .AddSingleton(_ => new TokenGuard(ServiceConfiguration.ReadToken(options)))
            .AddSingleton<IEndpoints, HealthEndpoints>()
            .AddSingleton<IEndpoints, ScheduleEndpoints>()
            .AddSingleton<IEndpoints, RunEndpoints>()
            .AddSingleton<IEndpoints, DashboardEndpoints>();
    }

    private static void AddTelemetry(IServiceCollection services)
    {
        services.AddSingleton<ServiceMetrics>();
        services.AddOpenTelemetry().ConfigureResource(OtlpExport.Describe).WithMetrics(metrics =>
        {
            metrics.AddMeter(MetricNames.Meter).AddPrometheusExporter();
            if (OtlpSettings.Sends("METRICS"))
            {
                metrics.AddOtlpExporter();
            }
        });
    }

    // The service is stopped by the token that it is run with.
    private sealed class TokenLifetime : IHostLifetime
    {
        /// <inheritdoc/>
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <inheritdoc/>
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
